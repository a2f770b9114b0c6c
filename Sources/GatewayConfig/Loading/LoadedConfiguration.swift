import RouteMap
import ScopeModel

/// A configuration with all that its files say: enough to run a gateway, or to check one.
public struct LoadedConfiguration: Sendable {
    /// What the gateway is told to do.
    public let configuration: GatewayConfiguration
    /// The scopes.
    public let catalog: ScopeCatalog
    /// The routes.
    public let routeMap: RouteMap
    /// What may not do what was meant, but can be used.
    public let warnings: [Diagnostic]
}
