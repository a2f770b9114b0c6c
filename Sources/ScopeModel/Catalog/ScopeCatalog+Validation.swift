extension ScopeCatalog {
    static func problems(definitions: [ScopeDefinition], presets: [ScopePreset]) -> [CatalogProblem] {
        problems(of: definitions) + problems(of: presets, definitions: definitions)
    }

    static func unknown(_ text: String, among definitions: [ScopeDefinition]) -> UnknownScope {
        let reason: UnknownScope.Reason
        do {
            let scope = try Scope(parsing: text)
            let hasResource = definitions.contains { $0.scope.resource == scope.resource }
            reason = hasResource ? .noSuchVerb(scope.verb) : .noSuchResource
        } catch {
            reason = .syntax(error)
        }
        // A scope of the other verb is one or two edits away from some; offering it would be an invitation to grant
        // what was not asked for, so only scopes of the same verb are offered to those who wrote a verb.
        let verb = text.hasPrefix("read:") ? ScopeVerb.read : text.hasPrefix("write:") ? .write : nil
        let candidates = definitions.lazy.map(\.scope).filter { verb == nil || $0.verb == verb }.map(\.description)
        return UnknownScope(
            text: text,
            reason: reason,
            suggestion: NearestName.suggestion(for: text, among: candidates)
        )
    }

    private static func problems(of definitions: [ScopeDefinition]) -> [CatalogProblem] {
        var problems: [CatalogProblem] = []
        var seen: Set<Scope> = []
        for (index, definition) in definitions.enumerated() {
            func report(_ kind: CatalogProblem.Kind) {
                problems.append(CatalogProblem(subject: .definition(index), kind: kind))
            }
            if index == maximumCount { report(.tooManyScopes) }
            if !seen.insert(definition.scope).inserted { report(.duplicateScope(definition.scope)) }
            if definition.isAutomatic, definition.scope.verb == .write { report(.automaticWrite(definition.scope)) }
        }
        return problems
    }

    private static func problems(of presets: [ScopePreset], definitions: [ScopeDefinition]) -> [CatalogProblem] {
        var problems: [CatalogProblem] = []
        var seen: Set<String> = []
        let known = Set(definitions.map(\.scope))
        for (index, preset) in presets.enumerated() {
            if !isPresetID(preset.id) {
                problems.append(CatalogProblem(subject: .preset(index), kind: .invalidPresetID(preset.id)))
            }
            if !seen.insert(preset.id).inserted {
                problems.append(CatalogProblem(subject: .preset(index), kind: .duplicatePreset(preset.id)))
            }
            guard case .scopes(let scopes) = preset.rule else { continue }
            for (place, scope) in scopes.enumerated() where !known.contains(scope) {
                let unknown = unknown(scope.description, among: definitions)
                problems.append(
                    CatalogProblem(subject: .presetScope(index, place), kind: .unknownScope(unknown))
                )
            }
        }
        return problems
    }

    private static func isPresetID(_ id: String) -> Bool {
        guard let first = id.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
