import ArgumentParser
import GatewayConfig
import RouteMap
import ScopeModel

/// Prints the route map.
struct Routes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the routes and what they need.",
        discussion: """
            Without a configuration it lists the built-in route map of the journal.

            Example: scopegate routes --scope write:tags
            """
    )

    @Option(help: "Only routes that need this scope.")
    var scope: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Row: Encodable {
        var method: String
        var template: String
        var requirement: String
        var scopes: [String]
        var firstByteTimeout: String?
        var idleTimeout: String?
        /// The encodings that the route allows in its parameters.
        var allow: [String]?

        enum CodingKeys: String, CodingKey {
            case method, template, requirement, scopes, allow
            case firstByteTimeout = "first_byte_timeout"
            case idleTimeout = "idle_timeout"
        }

        /// What the route says beside its scopes.
        var more: String {
            [
                firstByteTimeout.map { "first byte in \($0)" }, idleTimeout.map { "idle for \($0)" },
                allow.map { "allows \($0.joined(separator: " and "))" },
            ]
            .compactMap(\.self).joined(separator: ", ")
        }
    }

    func run() throws {
        let (catalog, routeMap) = try config.loadMap()
        var wanted: ScopeID?
        if let scope {
            do {
                wanted = try catalog.id(named: scope)
            } catch {
                let hint = error.suggestion.map { "; did you mean \($0)?" } ?? ""
                throw ValidationError("--scope: \(error)\(hint)")
            }
        }
        let rows = routeMap.routes
            .filter { route in wanted.map { route.requirement.scopes.contains($0) } ?? true }
            .map { route in
                Row(
                    method: route.method,
                    template: route.template.text,
                    requirement: route.requirement.description(in: catalog),
                    scopes: route.requirement.scopes.map { catalog.name(of: $0) },
                    firstByteTimeout: route.timeouts.firstByte?.configurationText,
                    idleTimeout: route.timeouts.idle?.configurationText,
                    allow: route.allowance.isEmpty ? nil : route.allowance.words
                )
            }
        switch format.format {
        case .json: try printJSON(rows)
        case .text:
            var table = TextTable()
            for row in rows {
                if row.more.isEmpty {
                    table.add(row.method, row.template, row.requirement)
                } else {
                    table.add(row.method, row.template, row.requirement, row.more)
                }
            }
            if !rows.isEmpty { print(table.text) }
        }
    }
}
