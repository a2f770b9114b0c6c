import RouteMap

/// The settings that commands need of a configuration which may be broken everywhere else: where the admin listener and
/// the audit log are.
///
/// Nothing but the sections `admin` and `audit` is looked at, and neither routes nor catalog are read. A file that
/// isn't YAML as a whole is read as far as these sections go.
public struct OperatorSettings: Sendable {
    /// The admin listener; nil when its address can't be read.
    public private(set) var admin: AdminConfiguration?
    /// Whether there is a section `admin`; without one the listener is where it is by default.
    public private(set) var namesAdmin = false
    /// The audit; nil when its path can't be read.
    public private(set) var audit: AuditConfiguration?
    /// What is wrong with these sections, or with the file as a whole.
    public private(set) var problems: [Diagnostic] = []

    /// Reads `scopegate.yaml` alone.
    public init(path: String, environment: [String: String], files: some FileReading) {
        let bytes: [UInt8]
        do {
            bytes = try files.read(path, limit: FileLimit.configuration)
        } catch {
            let log = DiagnosticLog(file: path)
            log.error("the file can't be read: \(error)", at: SourcePosition(line: 1, column: 1))
            problems = log.sorted
            return
        }
        let whole = YAMLReader(log: DiagnosticLog(file: path)).document(bytes)
        let log = DiagnosticLog(file: path)
        let reader = GatewayReader(log: log, environment: environment, files: files)
        func section(_ name: String) -> Lookup {
            if let whole { return Self.child(name, of: whole).map { .found($0) } ?? .absent }
            guard let block = TopLevelBlock.cut(name, from: bytes) else { return .absent }
            let node = YAMLReader(log: log).document(block).flatMap { Self.child(name, of: $0) }
            return node.map { .found($0) } ?? .unreadable
        }
        switch section("admin") {
        case .absent: admin = AdminConfiguration()
        case .unreadable: break
        case .found(let node):
            namesAdmin = true
            let read = reader.admin(node)
            if Self.isReadable("address", of: node, { text in try AdminAddress(parsing: text).resolved(from: path) }) {
                admin = read
            }
        }
        switch section("audit") {
        case .absent: audit = reader.audit(nil)
        case .unreadable: break
        case .found(let node):
            let read = reader.audit(node)
            if Self.isReadable("path", of: node, { $0 }) { audit = read }
        }
        problems = log.sorted
    }

    private enum Lookup {
        case absent
        case unreadable
        case found(YAMLNode)
    }

    private static func child(_ name: String, of node: YAMLNode) -> YAMLNode? {
        guard case .mapping(let pairs) = node.content else { return nil }
        return pairs.first { $0.key.text == name }?.value
    }

    /// Whether a section is a mapping in which a value is left out or makes sense.
    private static func isReadable(_ name: String, of node: YAMLNode, _ read: (String) throws -> some Any) -> Bool {
        guard case .mapping = node.content else { return false }
        guard let value = child(name, of: node) else { return true }
        return value.text.map { (try? read($0)) != nil } ?? false
    }
}

/// A key of a YAML document's outermost block mapping with all that belongs to it.
enum TopLevelBlock {
    /// The lines of a key, at their places: all other lines are empty.
    static func cut(_ key: String, from bytes: [UInt8]) -> [UInt8]? {
        var isInside = false
        var isFound = false
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            let isOutermost = line.first.map { ![0x20, 0x09, 0x23, 0x0D, 0x7D, 0x5D].contains($0) } ?? false
            if isOutermost {
                let name = line.prefix { $0 != UInt8(ascii: ":") }
                isInside = !isFound && name.elementsEqual(key.utf8) && name.count < line.count
                isFound = isFound || isInside
            }
            // Nothing is indented by tabs (YAML 1.2.2 §6.1): such a line is what is wrong.
            return isInside && line.first != 0x09 ? line : []
        }
        return isFound ? Array(lines.joined(separator: [UInt8(ascii: "\n")])) : nil
    }
}
