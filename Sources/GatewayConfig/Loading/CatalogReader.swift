import RouteMap
import ScopeModel

/// The keys of `catalog.yaml`; `config/schema/catalog.schema.json` has the same ones.
enum CatalogKeys {
    enum Root: String, SectionKey { case version, resources, presets }
    enum Resource: String, SectionKey { case name, read, write, reserved }
    enum Read: String, SectionKey { case description, automatic }
    enum Write: String, SectionKey { case description }
    enum Preset: String, SectionKey { case id, title, description, grants }
}

/// Reads `catalog.yaml`.
struct CatalogReader {
    private let log: DiagnosticLog
    private let values: ValueReader
    private var definitions: [ScopeDefinition] = []
    private var definitionPositions: [SourcePosition] = []
    private var presets: [ScopePreset] = []
    private var presetPositions: [(id: SourcePosition, grants: [SourcePosition])] = []

    init(log: DiagnosticLog) {
        self.log = log
        values = ValueReader(log: log)
    }

    /// The catalog; `nil` after errors were logged.
    mutating func catalog(_ root: YAMLNode) -> ScopeCatalog? {
        guard let section = Section<CatalogKeys.Root>(root, path: "", values: values) else { return nil }
        DocumentVersion.check(section.required(.version), values)
        if let node = section.required(.resources) {
            for (index, item) in (values.list(node, section.name(.resources)) ?? []).enumerated() {
                readResource(item, path: "resources[\(index)]")
            }
        }
        if let node = section[.presets] {
            for (index, item) in (values.list(node, section.name(.presets), allowsEmpty: true) ?? []).enumerated() {
                readPreset(item, path: "presets[\(index)]")
            }
        }
        do {
            let catalog = try ScopeCatalog(definitions: definitions, presets: presets)
            return log.hasErrors ? nil : catalog
        } catch {
            for problem in error.problems {
                log.error(
                    problem.description,
                    at: position(of: problem.subject),
                    help: problem.suggestion.map { "did you mean \($0)?" }
                )
            }
            return nil
        }
    }

    private mutating func readResource(_ node: YAMLNode, path: String) {
        guard let section = Section<CatalogKeys.Resource>(node, path: path, values: values) else { return }
        let nameNode = section.required(.name)
        let name = nameNode.flatMap { values.string($0, section.name(.name)) }
        var isReserved = false
        section.read(.reserved, into: &isReserved) { $0.bool($1, $2) }

        var isAutomatic = false
        let read = section.section(.read, CatalogKeys.Read.self)
        read?.read(.automatic, into: &isAutomatic) { $0.bool($1, $2) }
        let readText = read.flatMap { description($0.required(.description), $0.name(.description)) }
        let write = section.section(.write, CatalogKeys.Write.self)
        let writeText = write.flatMap { description($0.required(.description), $0.name(.description)) }
        if section[.read] == nil, section[.write] == nil {
            log.error("\(path) has neither read nor write", at: section.position)
        }
        guard let name, let nameNode else { return }
        let verbs: [(ScopeVerb, String?, Bool)] = [(.read, readText, isAutomatic), (.write, writeText, false)]
        for case (let verb, let text?, let isAutomatic) in verbs {
            do {
                let scope = try Scope(verb: verb, resource: name)
                definitions.append(
                    ScopeDefinition(scope: scope, description: text, isAutomatic: isAutomatic, isReserved: isReserved)
                )
                definitionPositions.append(nameNode.position)
            } catch {
                // Both verbs have the same name, and one error is enough.
                return log.error("\(verb.rawValue):\(name) \(error)", at: nameNode.position)
            }
        }
    }

    private mutating func readPreset(_ node: YAMLNode, path: String) {
        guard let section = Section<CatalogKeys.Preset>(node, path: path, values: values) else { return }
        let idNode = section.required(.id)
        let id = idNode.flatMap { values.string($0, section.name(.id)) }
        let title = section.required(.title).flatMap { values.string($0, section.name(.title)) }
        let text = description(section[.description], section.name(.description)) ?? ""
        guard let grants = section.required(.grants) else { return }
        var positions: [SourcePosition] = []
        let rule = rule(grants, section.name(.grants), positions: &positions)
        guard let id, let idNode, let title, let rule else { return }
        presets.append(ScopePreset(id: id, title: title, description: text, rule: rule))
        presetPositions.append((idNode.position, positions))
    }

    private func rule(_ node: YAMLNode, _ name: String, positions: inout [SourcePosition]) -> ScopePreset.Rule? {
        switch node.text {
        case "all_read": return .allRead
        case "all": return .all
        case "custom": return .custom
        default: break
        }
        guard case .sequence = node.content, let items = values.list(node, name) else {
            guard case .sequence = node.content else {
                return values.wrongType(node, name, expected: "all_read, all, custom or a list of scopes")
            }
            return nil
        }
        var scopes: [Scope] = []
        for (index, item) in items.enumerated() {
            guard let text = values.string(item, "\(name)[\(index)]") else { continue }
            do {
                scopes.append(try Scope(parsing: text))
                positions.append(item.position)
            } catch {
                log.error("\"\(text)\" \(error)", at: item.position)
            }
        }
        return scopes.count == items.count ? .scopes(scopes) : nil
    }

    private func description(_ node: YAMLNode?, _ name: String) -> String? {
        node.flatMap { values.string($0, name) }
    }

    private func position(of subject: CatalogProblem.Subject) -> SourcePosition {
        switch subject {
        case .definition(let index): definitionPositions[index]
        case .preset(let index): presetPositions[index].id
        case .presetScope(let index, let place): presetPositions[index].grants[place]
        }
    }
}
