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

    /// The metrics in Prometheus' text format.
    static func metrics(_ reloader: Reloader) -> String {
        let generation = reloader.generation
        var text = """
            # HELP scopegate_route_map_generation The number of the route map that runs.
            # TYPE scopegate_route_map_generation gauge
            scopegate_route_map_generation \(generation.number)
            # HELP scopegate_route_map_timestamp_seconds When the route map that runs came into force.
            # TYPE scopegate_route_map_timestamp_seconds gauge
            scopegate_route_map_timestamp_seconds \(generation.timeMicroseconds / 1_000_000)
            # HELP scopegate_last_reload_success Whether the last reload succeeded, 1 or 0.
            # TYPE scopegate_last_reload_success gauge
            scopegate_last_reload_success \(reloader.lastReloadFailed ? 0 : 1)
            # HELP scopegate_reloads_total Reloads by the way they came and by what became of them.
            # TYPE scopegate_reloads_total counter

            """
        for way in Generation.Way.allCases where way != .start {
            for (result, succeeded) in [("success", true), ("failure", false)] {
                let count = reloader.count(way, succeeded: succeeded)
                text += "scopegate_reloads_total{way=\"\(way.rawValue)\",result=\"\(result)\"} \(count)\n"
            }
        }
        return text
    }

    private static func json(_ diagnostic: Diagnostic) -> String {
        let help = diagnostic.suggestion.map { ",\"help\":\(quoted($0))" } ?? ""
        return "{\"file\":\(quoted(diagnostic.file)),\"line\":\(diagnostic.line),\"column\":\(diagnostic.column),"
            + "\"severity\":\"\(diagnostic.severity.rawValue)\",\"message\":\(quoted(diagnostic.message))\(help)}"
    }

    private static func quoted(_ text: String) -> String { JSONQuoting.quoted(text) }
}
