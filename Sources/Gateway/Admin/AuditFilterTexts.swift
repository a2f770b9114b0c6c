import Audit
import GatewayConfig
import ScopeModel

/// A filter of audit records as operators write it, on the command line and in queries of the admin listener.
///
/// Texts that no record can have are refused, since a search for them would find nothing and look like an answer.
public struct AuditFilterTexts: Sendable {
    /// From this time on.
    public var since: String?
    /// Before this time.
    public var until: String?
    /// Names of ``AuditEvent/names``.
    public var events: [String] = []
    /// Ids of requests.
    public var requestIDs: [String] = []
    /// Fingerprints or ids of keys.
    public var keys: [String] = []
    /// Whom keys stand for.
    public var subjects: [String] = []
    /// Scopes that were needed.
    public var scopes: [String] = []
    /// Templates or paths.
    public var routes: [String] = []
    /// Codes of refusals.
    public var reasons: [String] = []
    /// Addresses, networks, or SHA-256 digests of certificates.
    public var clients: [String] = []
    /// Methods.
    public var methods: [String] = []
    /// Statuses, or classes of them.
    public var statuses: [String] = []

    /// All records.
    public init() {}

    /// A text that means nothing.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        /// What it was given for, as queries name it.
        public let name: String
        /// What is wrong with it and what could be written instead.
        public let message: String

        /// The name and the message.
        public var description: String { "\(name): \(message)" }
    }

    /// The codes that records can have.
    static let reasons = DenialReason.allCases.map { "\($0.code)" } + ["allowed"]

    /// The filter that the texts mean.
    ///
    /// - Parameters:
    ///   - now: The time now, in microseconds since 1970.
    ///   - catalog: The scopes that there are; nil when they aren't known.
    public func filter(now: Int64, catalog: ScopeCatalog? = nil) throws(Problem) -> AuditFilter {
        var filter = AuditFilter()
        filter.since = try time(since, "since", now)
        filter.until = try time(until, "until", now)
        if let since = filter.since, let end = filter.until, since >= end {
            throw Problem(
                name: "since",
                message: "\(self.since ?? "") is not before \(until ?? ""): nothing is between"
            )
        }
        filter.events = try events.checked { (text) throws(Problem) in
            try Self.name(text, "event", among: AuditEvent.names)
        }
        filter.reasons = try reasons.checked { (text) throws(Problem) in
            try Self.name(text, "reason", among: Self.reasons)
        }
        filter.requestIDs = try requestIDs.checked { (text) throws(Problem) in try Self.text(text, "request_id") }
        filter.keys = try keys.checked { (text) throws(Problem) in Self.key(try Self.text(text, "key")) }
        filter.subjects = try subjects.checked { (text) throws(Problem) in try Self.text(text, "subject") }
        filter.scopes = try scopes.checked { (text) throws(Problem) in try Self.scope(text, catalog) }
        filter.routes = try routes.checked { (text) throws(Problem) in try Self.route(text) }
        filter.methods = try methods.checked { (text) throws(Problem) in try Self.method(text) }
        filter.statuses = try statuses.checked { (text) throws(Problem) in try Self.status(text) }
        for client in clients { try Self.add(client, to: &filter) }
        return filter
    }

    private func time(_ text: String?, _ name: String, _ now: Int64) throws(Problem) -> Int64? {
        guard let text else { return nil }
        guard let time = AuditTimeText.parse(text, now: now) else {
            throw Problem(name: name, message: "\"\(text)\" is not a time; write it like \(AuditTimeText.forms)")
        }
        return time
    }

    private static func text(_ text: String, _ name: String) throws(Problem) -> String {
        guard !text.isEmpty else { throw Problem(name: name, message: "the text is empty, which no record has") }
        return text
    }

    /// One of some names, or a pattern of some of them.
    private static func name(_ text: String, _ name: String, among names: [String]) throws(Problem) -> String {
        let wanted = text.lowercased()
        if names.contains(wanted) { return wanted }
        if wanted.contains("*"), names.contains(where: { AuditFilter.matches($0, pattern: wanted) }) { return wanted }
        let nearest = NearestName.suggestion(for: wanted, among: names)
        let help = nearest.map { "did you mean \($0)?" } ?? "there are \(names.joined(separator: ", "))"
        throw Problem(name: name, message: "there is no \(name) \"\(text)\"; \(help)")
    }

    /// A fingerprint is written in lower case; of the form of issuers' ids nothing is known.
    private static func key(_ text: String) -> String {
        let isFingerprint = text.utf8.count == 16 && text.utf8.allSatisfy(isHexDigit)
        return isFingerprint ? text.lowercased() : text
    }

    private static func scope(_ text: String, _ catalog: ScopeCatalog?) throws(Problem) -> String {
        // RFC 6749 §3.3.
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
            throw Problem(name: "scope", message: "\"\(text)\" is not a scope; write one, as in write:tags or write:*")
        }
        guard let catalog, !text.contains("*") else { return text }
        do {
            _ = try catalog.id(named: text)
            return text
        } catch {
            let hint = error.suggestion.map { "; did you mean \($0)?" } ?? ""
            throw Problem(
                name: "scope",
                message: "\(error)\(hint); a scope that the catalog had before is found by \(text)*"
            )
        }
    }

    private static func route(_ text: String) throws(Problem) -> String {
        guard text.hasPrefix("/") || text.hasPrefix("*") else {
            let help = text.isEmpty ? "/api/v1/*" : "/\(text)"
            throw Problem(name: "route", message: "\"\(text)\" is no path or template; they begin with /, as \(help)")
        }
        return text
    }

    private static func method(_ text: String) throws(Problem) -> String {
        // RFC 9110 §5.6.2.
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        let isToken = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || marks.contains(byte)
        }
        guard !text.isEmpty, isToken else {
            throw Problem(name: "method", message: "\"\(text)\" is not a method; write one, as in GET")
        }
        return text
    }

    private static func status(_ text: String) throws(Problem) -> String {
        let wanted = text.lowercased()
        let digits = wanted.hasSuffix("xx") ? wanted.dropLast(2) + "00" : wanted
        guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
            (100...599).contains(number)
        else {
            throw Problem(name: "status", message: "\"\(text)\" is not a status; write 403, or 4xx for all of a class")
        }
        return wanted
    }

    private static func add(_ text: String, to filter: inout AuditFilter) throws(Problem) {
        let wanted = text.lowercased()
        if wanted == "unix" || wanted == "unknown" {
            filter.clients.append(wanted)
            return
        }
        let digest = wanted.filter { $0 != ":" }
        if digest.utf8.count == 64, digest.utf8.allSatisfy(isHexDigit) {
            filter.clients.append(digest)
            return
        }
        if wanted.contains("*"), wanted.utf8.allSatisfy({ isHexDigit($0) || Array("*.:".utf8).contains($0) }) {
            filter.clients.append(wanted)
            return
        }
        let isBracketed = wanted.hasPrefix("[") && wanted.hasSuffix("]")
        do {
            let block = try CIDRBlock(parsing: isBracketed ? String(wanted.dropFirst().dropLast()) : wanted).unmapped
            // One address is written in one way, and is found faster.
            if let address = block.singleAddress {
                filter.clients.append(address)
            } else {
                filter.networks.append { block.contains(address: $0) }
            }
        } catch {
            let help = error.help ?? "write an address, a network or the SHA-256 of a certificate"
            throw Problem(name: "client", message: "\(error.message); \(help)")
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}

extension [String] {
    fileprivate func checked(
        _ check: (String) throws(AuditFilterTexts.Problem) -> String
    ) throws(AuditFilterTexts.Problem) -> [String] {
        var result: [String] = []
        for text in self { result.append(try check(text)) }
        return result
    }
}
