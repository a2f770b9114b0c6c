import RouteMap
import ScopeModel

/// A small catalog and a route map over it.
struct SmallMap {
    let catalog: ScopeCatalog
    let routeMap: RouteMap
    let readTrades: ScopeID
    let writeTrades: ScopeID
    let readBalance: ScopeID

    init() throws {
        let names = ["read:trades", "write:trades", "read:balance", "read:catalog"]
        catalog = try ScopeCatalog(
            definitions: names.map {
                ScopeDefinition(scope: try Scope(parsing: $0), description: "", isAutomatic: $0 == "read:catalog")
            },
            presets: []
        )
        let routes = ["GET /trades", "POST /trades", "PURGE /cache", "PUT /one"]
        routeMap = try RouteMap(
            definitions: routes.map { route in
                let parts = route.split(separator: " ")
                return RouteDefinition(
                    method: String(parts[0]),
                    template: try RouteTemplate(parsing: String(parts[1])),
                    requirement: .authenticated
                )
            },
            catalog: catalog,
            generation: 1,
            digest: "digest"
        )
        readTrades = try catalog.id(named: "read:trades")
        writeTrades = try catalog.id(named: "write:trades")
        readBalance = try catalog.id(named: "read:balance")
    }

    /// The index of the template with this text.
    func template(_ text: String) -> Int? { routeMap.templates.firstIndex { $0.text == text } }
}
