import RouteMap
import ScopeModel

/// A configuration with all that its files say: enough to run a gateway, or to check one.
public struct LoadedConfiguration: Sendable {
    /// What the gateway is told to do.
    public var configuration: GatewayConfiguration
    /// The scopes.
    public let catalog: ScopeCatalog
    /// The routes.
    public let routeMap: RouteMap
    /// The file of the routes, as diagnostics name it.
    public let routesFile: String
    /// The routes that are evaluated beside those in force and never enforced, if there are any.
    public let shadowMap: RouteMap?
    /// The certificates of each listener, in the order of the configuration; `nil` for those without TLS.
    public let certificates: [ListenerCertificates?]
    /// What may not do what was meant, but can be used.
    public let warnings: [Diagnostic]
}

extension LoadedConfiguration {
    /// What works but perhaps not as was meant; for those who write maps, so it is asked for and not told at each
    /// start.
    public var lint: [Diagnostic] {
        lint(routeMap, routesFile) + (shadowMap.map { lint($0, configuration.routesShadow ?? "") } ?? [])
    }

    /// What routes that allow encodings ask of the backend, one line each.
    public var notes: [String] {
        routeMap.encodingNotes.map { note in
            "\(routesFile):\(note.position.map { "\($0):" } ?? "") note: \(note.text)"
        }
    }

    private func lint(_ map: RouteMap, _ file: String) -> [Diagnostic] {
        map.lint(catalog).map { warning in
            // What is about no route in particular is about the file.
            let position = warning.position ?? SourcePosition(line: 1, column: 1)
            return Diagnostic(
                file: file,
                line: position.line,
                column: position.column,
                severity: .warning,
                message: warning.description,
                suggestion: warning.help
            )
        }
    }
}
