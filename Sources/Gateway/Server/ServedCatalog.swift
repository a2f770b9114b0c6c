import ScopeModel

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
            {"scope":"\(entry.scope)","description":\(Self.quoted(entry.description)),\
            "automatic":\(entry.isAutomatic),"reserved":\(entry.isReserved)}
            """
        }
        let presets = catalog.presets.map { preset in
            let names = catalog.names(of: catalog.scopes(inPreset: preset.id) ?? ScopeSet())
            return """
                {"id":"\(preset.id)","title":\(Self.quoted(preset.title)),\
                "scopes":[\(names.map { "\"\($0)\"" }.joined(separator: ","))]}
                """
        }
        let text = """
            {"scopes":[\(scopes.joined(separator: ","))],"presets":[\(presets.joined(separator: ","))]}
            """
        body = Array(text.utf8)
    }

    /// RFC 8259 §7.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where character.value < 0x20:
                let hex = String(character.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(character)
            }
        }
        return result + "\""
    }
}
