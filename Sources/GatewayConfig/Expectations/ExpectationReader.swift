import RouteMap
import ScopeModel

/// The keys of a file of expectations; `config/schema/expectations.schema.json` has the same ones.
enum ExpectationKeys {
    enum Root: String, SectionKey { case version, expect }
}

/// Reads a file of expectations: lines such as `GET /api/v1/trades with read:trades → allow`.
struct ExpectationReader {
    private static let form = "write METHOD /path [with SCOPES | with preset NAME | with no scopes] → OUTCOME"
    private static let codes = DenialReason.allCases.map { "\($0.code)" }

    private let log: DiagnosticLog
    private let values: ValueReader
    private let catalog: ScopeCatalog

    init(log: DiagnosticLog, catalog: ScopeCatalog) {
        self.log = log
        values = ValueReader(log: log)
        self.catalog = catalog
    }

    /// The expectations that could be read; what could not is in the log.
    func expectations(_ root: YAMLNode) -> [RouteExpectation]? {
        guard let section = Section<ExpectationKeys.Root>(root, path: "", values: values) else { return nil }
        DocumentVersion.check(section.required(.version), values)
        guard let node = section.required(.expect), let items = values.list(node, "expect") else { return nil }
        return items.enumerated().compactMap { index, item in
            values.string(item, "expect[\(index)]").flatMap { expectation($0, item) }
        }
    }

    private func expectation(_ text: String, _ node: YAMLNode) -> RouteExpectation? {
        let arrow = text.firstRange(of: "→") ?? text.firstRange(of: "->")
        guard let arrow else { return refuse("no → between request and outcome", node, text.endIndex, in: text) }
        let request = text[..<arrow.lowerBound].split(separator: " ")
        guard request.count >= 2, request[1].hasPrefix("/") else {
            return refuse("no method and path before the →", node, text.startIndex, in: text)
        }
        guard request.count == 2 || request.count > 3 && request[2] == "with" else {
            return refuse("\"\(request[2])\" is not expected here", node, request[2].startIndex, in: text)
        }
        guard let key = key(request.dropFirst(3), node, text),
            let outcome = outcome(text[arrow.upperBound...].split(separator: " "), node, text, arrow.upperBound)
        else { return nil }
        return RouteExpectation(
            text: text,
            method: String(request[0]),
            target: String(request[1]),
            key: key,
            outcome: outcome,
            position: node.position
        )
    }

    private func key(_ words: ArraySlice<Substring>, _ node: YAMLNode, _ text: String) -> SupposedKey? {
        guard let first = words.first else { return SupposedKey.none }
        if words.elementsEqual(["no", "scopes"]) { return .valid(ScopeSet()) }
        if first == "preset", words.count == 2, let name = words.last {
            if let scopes = catalog.scopes(inPreset: String(name)) { return .valid(scopes) }
            let known = catalog.presets.map(\.id)
            let nearest = NearestName.suggestion(for: String(name), among: known)
            return refuse(
                "the catalog has no preset \(name)",
                node,
                name.startIndex,
                in: text,
                help: nearest.map { "did you mean \($0)?" } ?? "it has \(known.list)"
            )
        }
        var granted = ScopeSet()
        for name in words.flatMap({ $0.split(separator: ",") }) {
            guard let id = scope(name, node, text) else { return nil }
            granted.insert(id)
        }
        return .valid(granted)
    }

    private func outcome(
        _ words: [Substring],
        _ node: YAMLNode,
        _ text: String,
        _ place: String.Index
    ) -> RouteExpectation.Outcome? {
        guard let word = words.first, words.count <= 2 else {
            return refuse("one outcome has to follow the →", node, place, in: text)
        }
        if words.count == 1, word == "allow" { return .allow }
        if words.count == 1, word == "deny" { return .deny }
        guard Self.codes.contains(String(word)) || word.hasPrefix("invalid_request") else {
            let nearest = NearestName.suggestion(for: String(word), among: Self.codes + ["allow", "deny"])
            let help = nearest.map { "did you mean \($0)?" } ?? "it is allow, deny, or a code such as forbidden_scope"
            return refuse("\"\(word)\" is no outcome", node, word.startIndex, in: text, help: help)
        }
        guard words.count == 2 else { return .code(String(word), required: nil) }
        return scope(words[1], node, text).map { .code(String(word), required: $0) }
    }

    private func scope(_ name: Substring, _ node: YAMLNode, _ text: String) -> ScopeID? {
        do {
            return try catalog.id(named: String(name))
        } catch {
            let help = error.suggestion.map { "did you mean \($0)?" }
            return refuse(error.description, node, name.startIndex, in: text, help: help)
        }
    }

    private func refuse<Value>(
        _ message: String,
        _ node: YAMLNode,
        _ place: String.Index,
        in text: String,
        help: String? = nil
    ) -> Value? {
        let offset = text.utf8.distance(from: text.startIndex, to: place)
        log.error(message, at: node.position(ofByte: offset), help: help ?? Self.form)
        return nil
    }
}
