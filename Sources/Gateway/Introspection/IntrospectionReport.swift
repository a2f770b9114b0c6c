import GatewayConfig
import Introspection
import ScopeModel
import StrictJSON

/// The result of an introspection as operators see it: the answer, and how the gateway reads it.
///
/// It never holds the key: where the endpoint repeats it, "(the key)" stands.
public struct IntrospectionReport: Sendable {
    private let probe: IntrospectionProbe
    private let key: [UInt8]
    private let endpoints: [String]
    private let catalog: ScopeCatalog
    private let wallSeconds: Int64

    /// The report of one introspection.
    ///
    /// - Parameters:
    ///   - key: The key that was asked about.
    ///   - endpoints: The endpoints that could be asked, in the order in which they are.
    ///   - wallSeconds: The time now, in seconds since 1970-01-01T00:00:00Z.
    public init(
        _ probe: IntrospectionProbe,
        key: [UInt8],
        endpoints: [String],
        catalog: ScopeCatalog,
        wallSeconds: Int64
    ) {
        self.probe = probe
        self.key = key
        self.endpoints = endpoints
        self.catalog = catalog
        self.wallSeconds = wallSeconds
    }

    /// The report as `POST /introspect` and `scopegate introspect --format json` give it. What isn't known is left out.
    public var json: JSONOutput {
        var members: [(String, JSONOutput)] = [("endpoints", .array(endpoints.map { .string($0) }))]
        if case .answer(let status, let contentType, let body) = probe.result {
            members.append(("status", .count(status)))
            members.append(("content_type", .string(String(decoding: contentType, as: UTF8.self))))
            members.append(("answer", .string(withoutKey(String(decoding: body, as: UTF8.self)))))
        }
        members.append(("outcome", .string(outcome)))
        if let problem { members.append(("problem", .string(problem))) }
        let grant = try? probe.reading.get()
        members.append(("scopes", .array((grant.map { catalog.names(of: $0.scopes) } ?? []).map { .string($0) })))
        members.append(("unknown_scopes", .count(grant?.unknownScopeCount ?? 0)))
        if let expiry = grant?.expiresAt { members.append(("expires_at", .integer(expiry))) }
        if let notBefore = grant?.notBefore { members.append(("not_before", .integer(notBefore))) }
        if let keyID = grant?.keyID { members.append(("key_id", .string(withoutKey(keyID)))) }
        if let subject = grant?.subject { members.append(("subject", .string(withoutKey(subject)))) }
        if let kept = probe.kept {
            let seconds = [kept.lowerBound, kept.upperBound].map { JSONOutput.real(Double($0 / 1_000_000) / 1000) }
            members.append(("cached_seconds", .array(seconds)))
        }
        return .object(members)
    }

    private var outcome: String {
        guard case .success(let grant) = probe.reading else { return "unavailable" }
        return switch grant.validity(atWallSeconds: wallSeconds) {
        case .valid: "active"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .inactive: "inactive"
        }
    }

    private var problem: String? {
        guard probe.hasShape else { return "it hasn't the shape of keys.shape, so that nobody was asked" }
        guard case .failure(let failure) = probe.reading else { return nil }
        return withoutKey("\(failure)")
    }

    private func withoutKey(_ text: String) -> String {
        text.replacing(String(decoding: key, as: UTF8.self), with: "(the key)")
    }
}
