import CAudit
import Glibc

/// Which lines are wanted. What is nil or empty asks for nothing; several values of one kind ask for any of them, several
/// kinds for all.
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
    /// A template, or a path; one with `*` at its end stands for all that begin so.
    public var routes: [String] = []
    /// The reason of the refusal.
    public var reasons: [String] = []
    /// The client's address, that for which a proxy forwards, or the SHA-256 of the client's certificate.
    public var clients: [String] = []
    /// The method.
    public var methods: [String] = []
    /// The status, or `4xx`.
    public var statuses: [String] = []

    /// All lines.
    public init() {}
}

/// A filter made ready: texts as they are written in lines.
struct CompiledFilter {
    private struct Criterion {
        let fields: [AuditField]
        let values: [Value]
        /// Whether the fields may be lists of strings.
        var looksIntoLists = false
    }

    private struct Value {
        /// As it is written, without quotes.
        let bytes: [UInt8]
        var isPrefix = false
    }

    let since: Int64?
    let until: Int64?
    private let sinceText: [UInt8]
    private let untilText: [UInt8]
    private let criteria: [Criterion]
    /// What stands in every line that is wanted, so that blocks are searched for it first; empty for none.
    let needle: [UInt8]

    init(_ filter: AuditFilter) {
        since = filter.since
        until = filter.until
        sinceText = filter.since.map(Self.text) ?? []
        untilText = filter.until.map(Self.text) ?? []
        // The most telling ones first.
        var criteria: [Criterion] = []
        func add(_ fields: [AuditField], _ values: [String], looksIntoLists: Bool = false) {
            guard !values.isEmpty else { return }
            criteria.append(
                Criterion(fields: fields, values: values.map(Self.exact), looksIntoLists: looksIntoLists)
            )
        }
        add([.requestID, .clientRequestID], filter.requestIDs)
        add([.keyFingerprint, .keyID], filter.keys)
        add([.subject], filter.subjects)
        add([.client, .forwardedClient, .clientCertificate], filter.clients)
        if !filter.routes.isEmpty {
            criteria.append(Criterion(fields: [.template, .path], values: filter.routes.map(Self.pattern)))
        }
        add([.requiredScope, .requiredScopes], filter.scopes, looksIntoLists: true)
        add([.code], filter.reasons)
        add([.method], filter.methods)
        if !filter.statuses.isEmpty {
            criteria.append(Criterion(fields: [.status], values: filter.statuses.map(Self.status)))
        }
        add([.event], filter.events)
        self.criteria = criteria
        let telling = criteria.first { $0.values.count == 1 && !$0.values[0].isPrefix && $0.fields != [.status] }
        needle = telling.map { [UInt8(ascii: "\"")] + $0.values[0].bytes + [UInt8(ascii: "\"")] } ?? []
    }

    private static func text(_ time: Int64) -> [UInt8] {
        var text: [UInt8] = []
        RFC3339.append(microseconds: time, to: &text)
        return text
    }

    private static func exact(_ text: String) -> Value {
        Value(bytes: escaped(text))
    }

    private static func pattern(_ text: String) -> Value {
        text.hasSuffix("*") ? Value(bytes: escaped(String(text.dropLast())), isPrefix: true) : exact(text)
    }

    private static func status(_ text: String) -> Value {
        text.hasSuffix("xx") ? Value(bytes: Array(text.dropLast(2).utf8), isPrefix: true) : exact(text)
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        AuditStringEscape.append(Array(text.utf8), to: &bytes)
        return Array(bytes.dropFirst().dropLast())
    }

    func matches(_ line: AuditLine) -> Bool {
        if since != nil || until != nil {
            // Times are all of one form, which sorts as they do.
            guard line.bytes.count > 36, let text = line.bytes.baseAddress?.advanced(by: 9) else { return false }
            if since != nil, memcmp(text, sinceText, 27) < 0 { return false }
            if until != nil, memcmp(text, untilText, 27) >= 0 { return false }
        }
        return criteria.allSatisfy { criterion in
            criterion.fields.contains { field in
                guard let raw = line.raw(field) else { return false }
                return criterion.values.contains { Self.fits(raw, $0, isList: criterion.looksIntoLists) }
            }
        }
    }

    private static func fits(_ raw: UnsafeRawBufferPointer, _ value: Value, isList: Bool) -> Bool {
        if isList, raw.first == UInt8(ascii: "[") {
            let wanted = [UInt8(ascii: "\"")] + value.bytes + [UInt8(ascii: "\"")]
            return scopegate_first_range(raw.baseAddress, raw.count, wanted, wanted.count) >= 0
        }
        guard value.isPrefix ? raw.count >= value.bytes.count : raw.count == value.bytes.count else { return false }
        guard let base = raw.baseAddress else { return value.bytes.isEmpty }
        return memcmp(base, value.bytes, value.bytes.count) == 0
    }
}
