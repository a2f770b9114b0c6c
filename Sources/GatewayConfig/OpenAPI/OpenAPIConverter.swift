import RouteMap

/// Turns the operations of a document into a map: each into a route or a denial, and sorts out those that are for the
/// same requests.
struct OpenAPIConverter {
    /// An operation, or a path whose operations aren't known.
    private struct Entry {
        var method: String
        let path: String
        let place: OpenAPIImport.Place
        var operationID: String?
        /// The templates that it is written for.
        var paths: [ImportedPath] = []
        /// What it needs; `nil` when that isn't known.
        var requirement: OpenAPIImport.Requirement?
        /// Why it is denied.
        var problem: ImportedPath.Problem?
        /// The name without a scope, if that is why.
        var unnamed: String?
        /// The template and the requirement that it is mapped as, unless it is denied after all.
        var mapped: (template: String, requirement: OpenAPIImport.Requirement)?

        var name: String { "\(method) \(path)" }
    }

    /// The entries for the same paths.
    private struct Group {
        /// As it was first written, without changes if that is so anywhere.
        var template: RouteTemplate
        var isExact: Bool
        var entries: [(index: Int, isExact: Bool)] = []
    }

    private let document: OpenAPIDocument
    private let options: OpenAPIImport.Options
    private var security: SecurityConverter
    private var entries: [Entry] = []
    private var groups: [Group] = []
    private var ownNotes: [OpenAPIImport.Note] = []
    private(set) var templates: [PlannedTemplate] = []
    /// The base paths that something may be mapped below.
    private var knownBases: [String] = []

    init(_ document: OpenAPIDocument, options: OpenAPIImport.Options) {
        self.document = document
        self.options = options
        security = SecurityConverter(document, options: options)
    }

    var names: ScopeNames { security.names }
    var routes: [OpenAPIImport.Route] {
        entries.compactMap { entry in
            guard entry.problem == nil, let mapped = entry.mapped else { return nil }
            return OpenAPIImport.Route(
                method: entry.method,
                template: mapped.template,
                requirement: mapped.requirement,
                operationID: entry.operationID,
                place: entry.place
            )
        }
    }
    var notes: [OpenAPIImport.Note] { (document.notes + security.notes + ownNotes).sorted { $0.place < $1.place } }

    /// Names without a scope, each with how many operations are denied for it.
    var unnamedScopes: [OpenAPIImport.UnnamedScope] {
        var counts: [String: Int] = [:]
        for entry in entries where entry.problem != nil {
            if let name = entry.unnamed { counts[name, default: 0] += 1 }
        }
        return names.uses.filter { $0.reading == nil }.map { use in
            OpenAPIImport.UnnamedScope(
                name: use.name,
                operations: use.operations,
                verb: use.verb,
                denied: counts[use.name] ?? 0
            )
        }
    }

    var denied: [OpenAPIImport.Denied] {
        entries.compactMap { entry in
            entry.problem.map { problem in
                OpenAPIImport.Denied(
                    method: entry.method,
                    path: entry.path,
                    reason: problem.message,
                    help: entry.unnamed.flatMap { names[$0]?.option } ?? problem.help,
                    place: entry.place
                )
            }
        }
        .sorted { $0.place < $1.place }
    }

    mutating func run() throws(OverlapPlanner.TooMany) {
        try findBases()
        var others = 0
        for operation in document.operations {
            let entry = entry(of: operation)
            others += entry.paths.count - 1
            guard others <= Self.maximumOthers else { throw OverlapPlanner.TooMany() }
            entries.append(entry)
        }
        group()
        for group in groups { plan(group) }
        denyWhatIsVague()
        var overlaps = OverlapPlanner(templates)
        try overlaps.run()
        templates += overlaps.added
    }

    /// More bases, and more paths besides one for each operation, are none that a map is made of.
    private static let maximumBases = 64
    private static let maximumOthers = 100_000

    private mutating func findBases() throws(OverlapPlanner.TooMany) {
        knownBases = [document.base]
        for operation in document.operations {
            let (bases, problem) = bases(of: operation)
            guard problem == nil, let base = bases.first, !knownBases.contains(base) else { continue }
            guard knownBases.count < Self.maximumBases else { throw OverlapPlanner.TooMany() }
            knownBases.append(base)
        }
    }

    private mutating func entry(of operation: OpenAPIDocument.Operation) -> Entry {
        var entry = Entry(method: operation.method, path: operation.path, place: operation.place)
        entry.operationID = operation.layers.lazy.compactMap { $0["operationId"]?.text }.first
        entry.problem = operation.problem
        let (bases, problem) = place(of: operation)
        let candidates = ImportedPath.candidates(for: operation.path)
        entry.paths = bases.flatMap { base in candidates.map { ImportedPath($0, below: base) } }
        guard entry.problem == nil else { return entry }
        let outcome = security.convert(
            operation.method,
            securities: document.security(of: operation),
            required: Self.required(operation)
        )
        switch outcome {
        case .denied(let reason, let help, let unnamed):
            entry.problem = .init(message: reason, help: help)
            entry.unnamed = unnamed
        case .requirement(let requirement): entry.requirement = requirement
        }
        if let problem {
            (entry.problem, entry.requirement, entry.unnamed) = (problem, nil, nil)
        } else if let problem = entry.paths.lazy.compactMap(\.problem).first {
            // What it needs is known, if not which requests are for it.
            (entry.problem, entry.unnamed) = (problem, nil)
        }
        return entry
    }

    /// `x-required-scopes` of the operation; without any, of its path.
    private static func required(_ operation: OpenAPIDocument.Operation) -> [DocumentValue] {
        let own = operation.layers.compactMap { $0[OutlineFilter.requiredScopes] }
        return own + operation.item.compactMap { $0[OutlineFilter.requiredScopes] }
    }

    /// The base paths below which an operation may be, and why it is denied below them.
    private func place(of operation: OpenAPIDocument.Operation) -> (bases: [String], problem: ImportedPath.Problem?) {
        var (bases, problem) = bases(of: operation)
        var others: [String] = []
        if operation.method == RouteDefinition.everyMethod { others.append(document.base) }
        if !operation.path.begins(with: "/") || operation.path.begins(with: "//") {
            let message = "the path does not begin with \"/\" and a segment"
            problem = problem ?? .init(message: message, help: "write the path alone; servers say what goes before it")
            others += knownBases + [""]
        }
        // What is mapped has one base path, or is found later to have none.
        if problem != nil { bases = bases.flatMap { ServerPaths.possible($0, known: knownBases) } }
        bases += others
        var seen: Set<String> = []
        return (bases.filter { seen.insert($0).inserted }, problem)
    }

    /// The base paths that an operation may have: its own servers', its path's, or the document's; and why it is denied
    /// on them.
    private func bases(of operation: OpenAPIDocument.Operation) -> (bases: [String], problem: ImportedPath.Problem?) {
        let own = operation.layers.compactMap { $0["servers"] }
        let lists = own.isEmpty ? operation.item.compactMap { $0["servers"] } : own
        guard options.basePath == nil, !lists.isEmpty else { return ([document.base], nil) }
        var bases: [String] = []
        var origins: Set<String> = []
        var isEmptyList = false
        do {
            for list in lists {
                let servers = try ServerPaths(list, document.documents)
                origins.formUnion(servers.origins)
                isEmptyList = isEmptyList || servers.isEmptyList
                bases += servers.bases.filter { !bases.contains($0) }
            }
        } catch {
            return ([document.base], .init(message: "its servers can't be read: it \(error)", help: nil))
        }
        guard origins.isSubset(of: document.servers.origins) else {
            let problem = ImportedPath.Problem(
                message: "it has servers of its own: \(origins.sorted().joined(separator: ", "))",
                help: "--base-path maps it all the same"
            )
            return (bases.contains(document.base) ? bases : bases + [document.base], problem)
        }
        if isEmptyList, bases != [document.base] {
            let problem = ImportedPath.Problem(
                message: "its servers are an empty list, which means the document's, or none but /",
                help: "take the list away, or name the server in it"
            )
            return (bases.contains(document.base) ? bases : bases + [document.base], problem)
        }
        guard !bases.contains(where: ServerPaths.isVague) else {
            let problem = ImportedPath.Problem(
                message: "its servers have a variable in their path whose values are not listed, or too many",
                help: "list them with enum, or say with --base-path what it is"
            )
            return (bases, problem)
        }
        guard bases.count == 1 else {
            let problem = ImportedPath.Problem(
                message: "its servers have several base paths",
                help: "--base-path says which one it is"
            )
            return (bases, problem)
        }
        return (bases, nil)
    }

    /// Sorts the entries by the paths that they are for.
    private mutating func group() {
        var indices: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            var seen: Set<String> = []
            for path in entry.paths where seen.insert(path.template.shape).inserted {
                let isExact = path.problem == nil
                let shape = path.template.shape
                if let known = indices[shape] {
                    if isExact, !groups[known].isExact {
                        groups[known].template = path.template
                        groups[known].isExact = true
                    }
                    groups[known].entries.append((index, isExact))
                } else {
                    indices[shape] = groups.count
                    groups.append(Group(template: path.template, isExact: isExact, entries: [(index, isExact)]))
                }
            }
        }
    }

    private mutating func plan(_ group: Group) {
        var result = PlannedTemplate(template: group.template)
        let closing = group.entries.first { entries[$0.index].method == RouteDefinition.everyMethod }
        if let closing {
            result.closed = entries[closing.index].problem?.message ?? "it can't be read"
            for (index, _) in group.entries where index != closing.index {
                deny(entry: index, because: entries[closing.index])
            }
            templates.append(result)
            return
        }
        for method in OutlineFilter.operations.map(\.method) {
            let here = group.entries.filter { entries[$0.index].method == method }
            guard !here.isEmpty else { continue }
            let rule = rule(here, implied(method, group, here), group.template.text, method)
            result.methods.append((method, rule))
        }
        templates.append(result)
    }

    /// The operations that say what HEAD needs without saying so: those for GET of paths that have no HEAD of their
    /// own.
    private func implied(_ method: String, _ group: Group, _ here: [(index: Int, isExact: Bool)]) -> [Int] {
        guard method == "HEAD" else { return [] }
        let paths = Set(here.map { entries[$0.index].path })
        return group.entries.map(\.index).filter { entries[$0].method == "GET" && !paths.contains(entries[$0].path) }
    }

    /// What becomes of a method of a template: the routes of all operations that are for it, if they can be told apart
    /// from nothing that needs more.
    private mutating func rule(
        _ here: [(index: Int, isExact: Bool)],
        _ implied: [Int],
        _ template: String,
        _ method: String
    ) -> PlannedTemplate.Rule {
        let exact = here.filter { $0.isExact && entries[$0.index].problem == nil }.map(\.index)
        let others = here.map(\.index).filter { !exact.contains($0) }
        guard let first = exact.first, let requirement = entries[first].requirement else {
            return .init(requirement: nil, comment: entries[here[0].index].problem?.message)
        }
        if let second = exact.first(where: { entries[$0].requirement != requirement }) {
            let reason = "\(method) \(template) is there twice, with different security"
            for index in exact {
                let other = index == first ? entries[second].place : entries[first].place
                let more = index == first ? "" : "; the other is at \(other.position)"
                entries[index].problem = .init(message: reason + more, help: nil)
            }
            return .init(requirement: nil, comment: reason)
        }
        let more = others + implied
        if let stricter = more.first(where: { entries[$0].requirement.map(requirement.isContained) != true }) {
            for index in exact { deny(entry: index, because: entries[stricter]) }
            return .init(requirement: nil, comment: "it can't be told from \(entries[stricter].name)")
        }
        for index in exact + others { add(index, template, requirement) }
        return .init(requirement: requirement, comment: entries[first].operationID)
    }

    private mutating func add(_ index: Int, _ template: String, _ requirement: OpenAPIImport.Requirement) {
        let entry = entries[index]
        if entry.problem != nil {
            let message = "is matched by \(template), which needs no less; mapped as that"
            ownNotes.append(.init(message: message, place: entry.place))
            entries[index].problem = nil
        } else if let own = entry.paths.first?.template.text, own != template {
            ownNotes.append(
                .init(message: "\(own) matches the same paths as \(template); mapped as that", place: entry.place)
            )
        }
        entries[index].mapped = (template, requirement)
    }

    /// Denies what can't be told from a path that no template says: `/{a}/users` takes requests from
    /// `/{name}.json/{b}`, although it goes before the template that this one is denied with.
    private mutating func denyWhatIsVague() {
        let overlaps = TemplateOverlaps(templates.map(\.template))
        // What is denied for one may be vague itself.
        var known = -1
        while known != entries.count(where: { $0.problem != nil }) {
            known = entries.count(where: { $0.problem != nil })
            denyWhatIsVague(overlaps)
        }
    }

    private mutating func denyWhatIsVague(_ overlaps: TemplateOverlaps) {
        for (number, group) in groups.enumerated() {
            for (index, isExact) in group.entries where !isExact {
                let shape = group.template.shape
                for path in entries[index].paths where path.template.shape == shape && !path.vagueSegments.isEmpty {
                    for other in overlaps.candidates(for: group.template) where other != number {
                        guard templates[other].template.isTaken(from: group.template, at: path.vagueSegments) else {
                            continue
                        }
                        deny(other, because: entries[index])
                    }
                }
            }
        }
    }

    /// Denies the methods of a template that let more through than an entry does; of a denied one, whatever they need:
    /// what is left denied is refused by all routes that may be meant.
    private mutating func deny(_ template: Int, because entry: Entry) {
        let all = OutlineFilter.operations.map(\.method)
        // HEAD needs what GET needs.
        let methods =
            entry.method == RouteDefinition.everyMethod
            ? all : entry.method == "GET" ? ["GET", "HEAD"] : [entry.method]
        for method in methods {
            guard let requirement = templates[template][method]?.requirement,
                entry.problem != nil || entry.requirement.map(requirement.isContained) != true
            else { continue }
            let rule = PlannedTemplate.Rule(requirement: nil, comment: "it can't be told from \(entry.name)")
            if let place = templates[template].methods.firstIndex(where: { $0.name == method }) {
                templates[template].methods[place].rule = rule
            } else {
                templates[template].methods.append((method, rule))
            }
            for (index, _) in groups[template].entries where entries[index].method == method {
                deny(entry: index, because: entry)
            }
        }
    }

    private mutating func deny(entry index: Int, because other: Entry) {
        guard entries[index].problem == nil else { return }
        let help = "say with another path what is meant, or map it by hand"
        let reason = "it can't be told from \(other.name), which is left denied or needs other things"
        entries[index].problem = .init(message: reason, help: help)
    }
}

extension RouteTemplate {
    /// Whether all paths of this template are of another one, before which it goes, and may be among those that some of
    /// its segments were meant for.
    fileprivate func isTaken(from other: RouteTemplate, at vagueSegments: Set<Int>) -> Bool {
        let isBelow = TemplateIntersection(self, other)?.template?.shape == shape
        return isBelow
            && vagueSegments.contains { index in
                guard segments.indices.contains(index) else { return true }
                if case .literal = segments[index] { return false }
                return true
            }
    }
}
