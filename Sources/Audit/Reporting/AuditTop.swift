/// Who and what is in the most records.
public struct AuditTop {
    /// How many records there were.
    public private(set) var total = 0
    /// Keys: fingerprint, and key id and subject where they are known.
    public private(set) var keys = AuditTally()
    /// Scopes that were missing.
    public private(set) var scopes = AuditTally()
    /// Methods with templates, or with paths where no template matches.
    public private(set) var routes = AuditTally()
    /// Addresses of clients: those for which proxies forward, where that is known.
    public private(set) var clients = AuditTally()
    /// Reasons.
    public private(set) var reasons = AuditTally()

    private var scratch: [UInt8] = []

    /// Nothing yet.
    public init() {}

    /// Counts a record.
    public mutating func count(_ line: AuditLine) {
        total += 1
        count(line, [.keyFingerprint, .keyID, .subject]) { $0.keys.count($1) }
        if let scope = line.raw(.requiredScope) { scopes.count(scope) }
        if let client = line.raw(.forwardedClient) ?? line.raw(.client) { clients.count(client) }
        if let reason = line.raw(.code) { reasons.count(reason) }
        let route = line.raw(.template) == nil ? AuditField.path : .template
        count(line, [.method, route]) { $0.routes.count($1) }
    }

    /// Counts the values of several members as one, with spaces between them.
    private mutating func count(
        _ line: AuditLine,
        _ fields: [AuditField],
        _ body: (inout AuditTop, UnsafeRawBufferPointer) -> Void
    ) {
        scratch.removeAll(keepingCapacity: true)
        for field in fields {
            guard let raw = line.raw(field) else { continue }
            if !scratch.isEmpty { scratch.append(0x20) }
            scratch.append(contentsOf: raw)
        }
        guard !scratch.isEmpty else { return }
        let value = scratch
        value.withUnsafeBytes { body(&self, $0) }
    }

    /// The most frequent values of a tally as text.
    public static func top(_ tally: AuditTally, _ count: Int) -> [(label: String, count: Int)] {
        tally.top(count).map { (label: $0.value.withUnsafeBytes(AuditLine.text), count: $0.count) }
    }
}
