import GatewayConfig
import StrictJSON

/// Generations and reloads, for those who ask on the admin listener.
enum ReloadText {
    /// What a reload came to, as JSON.
    static func json(_ result: ReloadResult) -> String {
        let lists = [
            ("errors", result.errors.map(json)), ("warnings", result.warnings.map(json)),
            ("needs_restart", result.needsRestart.map(quoted)),
        ]
        let members = lists.map { "\"\($0.0)\":[\($0.1.joined(separator: ","))]" }.joined(separator: ",")
        return "{\"ok\":\(result.succeeded),\"generation\":\(json(result.generation)),\(members)}\n"
    }

    /// A generation as JSON.
    static func json(_ generation: Generation) -> String {
        "{\"number\":\(generation.number),\"digest\":\(quoted(generation.digest)),\"routes\":\(generation.routes),"
            + "\"since\":\(generation.timeMicroseconds / 1_000_000),\"way\":\"\(generation.way.rawValue)\"}"
    }

    /// The routes in force, as JSON.
    static func routes(_ reloader: Reloader) -> String {
        let loaded = reloader.loaded
        let routes = loaded.routeMap.routes.map { route in
            "{\"method\":\(quoted(route.method)),\"template\":\(quoted(route.template.text)),"
                + "\"requirement\":\(quoted(route.requirement.description(in: loaded.catalog)))}"
        }
        return "{\"generation\":\(json(reloader.generation)),\"routes\":[\(routes.joined(separator: ",\n"))]}\n"
    }

    private static func json(_ diagnostic: Diagnostic) -> String {
        let help = diagnostic.suggestion.map { ",\"help\":\(quoted($0))" } ?? ""
        return "{\"file\":\(quoted(diagnostic.file)),\"line\":\(diagnostic.line),\"column\":\(diagnostic.column),"
            + "\"severity\":\"\(diagnostic.severity.rawValue)\",\"message\":\(quoted(diagnostic.message))\(help)}"
    }

    private static func quoted(_ text: String) -> String { JSONQuoting.quoted(text) }
}
