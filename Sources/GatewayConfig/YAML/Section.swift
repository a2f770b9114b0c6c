import RouteMap
import ScopeModel

/// The keys that a mapping of the configuration can have.
protocol SectionKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// A mapping whose keys are known: unknown ones, and ones without a value, are logged when it is opened.
struct Section<Key: SectionKey> {
    let position: SourcePosition
    let values: ValueReader
    private let path: String
    private let nodes: [Key: YAMLNode]
    private let keyPositions: [Key: SourcePosition]

    /// Opens a mapping; `nil` after it was logged that the value is none.
    ///
    /// - Parameter path: the keys that lead here, as in `upstream.pool`; empty for the whole document.
    init?(_ node: YAMLNode, path: String, values: ValueReader) {
        guard case .mapping(let pairs) = node.content else {
            let name = path.isEmpty ? "the file" : path
            values.log.error(
                "\(name) has to be a mapping, but is \(node.kind)",
                at: node.position,
                help: "its keys are \(Self.keyList)"
            )
            return nil
        }
        var nodes: [Key: YAMLNode] = [:]
        var keyPositions: [Key: SourcePosition] = [:]
        for (keyNode, value) in pairs {
            guard let text = keyNode.text, let key = Key(rawValue: text) else {
                Self.reportUnknown(keyNode, path: path, log: values.log)
                continue
            }
            // A key without its value still counts as given, so that it is not reported as missing as well.
            keyPositions[key] = keyNode.position
            if value.isNull {
                values.log.error(
                    "\(Self.name(key, in: path)) has no value",
                    at: keyNode.position,
                    help: "give it one, or leave the key out"
                )
            } else {
                nodes[key] = value
            }
        }
        position = node.position
        self.values = values
        self.path = path
        self.nodes = nodes
        self.keyPositions = keyPositions
    }

    /// The value of a key, or `nil` when it is not given.
    subscript(key: Key) -> YAMLNode? { nodes[key] }

    /// The value of a key that has to be there; `nil` after it was logged that it is not.
    func required(_ key: Key) -> YAMLNode? {
        if keyPositions[key] == nil {
            values.log.error("\(name(key)) is missing", at: position, help: "add it here")
        }
        return nodes[key]
    }

    /// The keys that lead to a value, as in `upstream.pool.max_idle`.
    func name(_ key: Key) -> String { Self.name(key, in: path) }

    /// Where a key is written; where the section begins, when it is not.
    func keyPosition(_ key: Key) -> SourcePosition { keyPositions[key] ?? position }

    /// Opens the mapping that a key has.
    func section<Inner: SectionKey>(_ key: Key, _ type: Inner.Type) -> Section<Inner>? {
        nodes[key].flatMap { Section<Inner>($0, path: name(key), values: values) }
    }

    /// Reads the value of a key, if it is given, into a property, which keeps its default otherwise.
    func read<Value>(_ key: Key, into value: inout Value, _ read: (ValueReader, YAMLNode, String) -> Value?) {
        if let node = nodes[key], let new = read(values, node, name(key)) { value = new }
    }

    private static var keyList: String { Key.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func name(_ key: Key, in path: String) -> String {
        path.isEmpty ? key.rawValue : "\(path).\(key.rawValue)"
    }

    private static func reportUnknown(_ node: YAMLNode, path: String, log: DiagnosticLog) {
        let place = path.isEmpty ? "" : " in \(path)"
        guard let text = node.text else {
            log.error("a key\(place) is \(node.kind)", at: node.position, help: "the keys are \(keyList)")
            return
        }
        let nearest = NearestName.suggestion(for: text, among: Key.allCases.map(\.rawValue))
        log.error(
            "unknown key \"\(text.prefix(64))\"\(place)",
            at: node.position,
            help: nearest.map { "did you mean \($0)?" } ?? "the keys are \(keyList)"
        )
    }
}
