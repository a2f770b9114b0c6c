import Glibc

/// Which lines are wanted. What is nil or empty asks for nothing; several values of one kind ask for any of them,
/// several kinds for all. In a text `*` stands for any characters.
public struct AuditFilter: Sendable {
    /// Not before, in microseconds since 1970.
    public var since: Int64?
    /// Before.
    public var until: Int64?
    /// What the line is about: `denied`, `allowed`, `reload`, …
    public var events: [String] = []
    /// The request's id, the gateway's or the client's own.
    public var requestIDs: [String] = []
    /// The key's fingerprint or its issuer's name for it.
    public var keys: [String] = []
    /// Whom the key stands for.
    public var subjects: [String] = []
    /// The scope that was missing, or one of those that were needed.
    public var scopes: [String] = []
    /// A template, or a path.
    public var routes: [String] = []
    /// The reason of the refusal.
    public var reasons: [String] = []
    /// The client's address, that for which a proxy forwards, or the SHA-256 of the client's certificate.
    public var clients: [String] = []
    /// Tests of such an address beside ``clients``: whether it is in a network.
    public var networks: [@Sendable (_ address: String) -> Bool] = []
    /// The method, in any case.
    public var methods: [String] = []
    /// The status, or `4xx`.
    public var statuses: [String] = []

    /// All lines.
    public init() {}

    /// Whether a text is of a pattern, as texts of lines are compared with those of a filter.
    public static func matches(_ text: String, pattern: String) -> Bool {
        var text = text
        return text.withUTF8 { AuditPattern(pattern).matches(UnsafeRawBufferPointer($0)) }
    }
}

/// A filter made ready: texts as they are written in lines.
struct CompiledFilter {
    private struct Criterion {
        let fields: [AuditField]
        let values: [AuditPattern]
        /// Whether the fields may be lists of strings.
        var looksIntoLists = false
        var tests: [@Sendable (String) -> Bool] = []

        func fits(_ raw: UnsafeRawBufferPointer) -> Bool {
            if looksIntoLists, raw.first == UInt8(ascii: "[") { return fitsElement(of: raw) }
            if values.contains(where: { $0.matches(raw) }) { return true }
            return !tests.isEmpty && tests.contains { $0(String(decoding: raw, as: UTF8.self)) }
        }

        /// Whether one of the strings of a list fits. Scopes have no quotes and no escapes (RFC 6749 §3.3), so that
        /// every second part between quotes is one.
        private func fitsElement(of list: UnsafeRawBufferPointer) -> Bool {
            let parts = list.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            return parts.indices.contains { index in
                !index.isMultiple(of: 2)
                    && values.contains { $0.matches(UnsafeRawBufferPointer(rebasing: parts[index])) }
            }
        }
    }

    let since: Int64?
    let until: Int64?
    private let sinceText: [UInt8]
    private let untilText: [UInt8]
    private let criteria: [Criterion]
    /// What stands in every line that is wanted, so that blocks are searched for it first; empty for none.
    let needle: [UInt8]

    init(_ filter: AuditFilter) {
        // What lies outside of the times that lines can have is the same as their ends.
        since = filter.since.map { min(max($0, RFC3339.earliest), RFC3339.latest) }
        until = filter.until.map { min(max($0, RFC3339.earliest), RFC3339.latest) }
        sinceText = since.map(Self.text) ?? []
        untilText = until.map(Self.text) ?? []
        // The most telling ones first.
        var criteria: [Criterion] = []
        func add(_ fields: [AuditField], _ values: [String], looksIntoLists: Bool = false) {
            guard !values.isEmpty else { return }
            let patterns = values.map { AuditPattern($0) }
            criteria.append(Criterion(fields: fields, values: patterns, looksIntoLists: looksIntoLists))
        }
        add([.requestID, .clientRequestID], filter.requestIDs)
        add([.keyFingerprint, .keyID], filter.keys)
        add([.subject], filter.subjects)
        if !filter.clients.isEmpty || !filter.networks.isEmpty {
            criteria.append(
                Criterion(
                    fields: [.client, .forwardedClient, .clientCertificate],
                    values: filter.clients.map { AuditPattern($0) },
                    tests: filter.networks
                )
            )
        }
        add([.template, .path], filter.routes)
        add([.requiredScope, .requiredScopes], filter.scopes, looksIntoLists: true)
        add([.code], filter.reasons)
        if !filter.methods.isEmpty {
            let patterns = filter.methods.map { AuditPattern($0, ignoresCase: true) }
            criteria.append(Criterion(fields: [.method], values: patterns))
        }
        add([.status], filter.statuses.map { $0.lowercased().hasSuffix("xx") ? $0.dropLast(2) + "*" : $0 })
        add([.event], filter.events)
        self.criteria = criteria
        let telling = criteria.first { $0.values.count == 1 && $0.tests.isEmpty && $0.fields != [.status] }
        needle = telling?.values.first?.exact.map { [UInt8(ascii: "\"")] + $0 + [UInt8(ascii: "\"")] } ?? []
    }

    private static func text(_ time: Int64) -> [UInt8] {
        var text: [UInt8] = []
        RFC3339.append(microseconds: time, to: &text)
        return text
    }

    func matches(_ line: AuditLine) -> Bool {
        if since != nil || until != nil {
            // Times are all of one form, which sorts as they do.
            guard line.bytes.count > 36, let text = line.bytes.baseAddress?.advanced(by: 9) else { return false }
            if since != nil, memcmp(text, sinceText, 27) < 0 { return false }
            if until != nil, memcmp(text, untilText, 27) >= 0 { return false }
        }
        return criteria.allSatisfy { criterion in
            criterion.fields.contains { field in line.raw(field).map(criterion.fits) ?? false }
        }
    }
}
