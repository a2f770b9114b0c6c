import ScopeModel
import StrictJSON

/// The catalog as the gateway answers it at `catalog.serve_at`: what the reference calls the live catalog.
struct ServedCatalog: Sendable {
    /// The path, without a query.
    let path: [UInt8]
    /// `{"scopes":[{"scope":"read:trades","description":"…","automatic":false,"reserved":false},…],
    /// "presets":[{"id":"read-everything","title":"…","scopes":["read:trades",…]},…]}`
    let body: [UInt8]

    init(path: String, catalog: ScopeCatalog) {
        self.path = Array(path.utf8)
        let scopes = catalog.entries.map { entry in
            """
            {"scope":"\(entry.scope)","description":\(JSONQuoting.quoted(entry.description)),\
            "automatic":\(entry.isAutomatic),"reserved":\(entry.isReserved)}
            """
        }
        let presets = catalog.presets.map { preset in
            let names = catalog.names(of: catalog.scopes(inPreset: preset.id) ?? ScopeSet())
            return """
                {"id":"\(preset.id)","title":\(JSONQuoting.quoted(preset.title)),\
                "scopes":[\(names.map { "\"\($0)\"" }.joined(separator: ","))]}
                """
        }
        let text = """
            {"scopes":[\(scopes.joined(separator: ","))],"presets":[\(presets.joined(separator: ","))]}
            """
        body = Array(text.utf8)
    }
}
