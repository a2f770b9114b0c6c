import GatewayConfig
import HTTP1

/// The rules for fields of requests on their way upstream, with what `headers` and `keys` change about them. Immutable,
/// and an object so that each request holds it by one reference.
final class HeaderRules: Sendable {
    /// The places of keys.
    let keys: KeyExtractor
    /// Whether fields that may carry a key go on.
    let forwardsKey: Bool
    private let dropped: [HeaderPattern]
    private let kept: [HeaderPattern]
    private let hasPatterns: Bool

    init(
        _ configuration: HeadersConfiguration = HeadersConfiguration(),
        keys: KeyExtractor,
        forwardsKey: Bool
    ) {
        self.keys = keys
        self.forwardsKey = forwardsKey
        dropped = configuration.drop
        kept = configuration.keep
        hasPatterns = !dropped.isEmpty || !kept.isEmpty
    }

    /// What becomes of a field that carries no key.
    @inline(__always)
    func rule(for field: FieldLine, in bytes: Span<UInt8>) -> RequestFieldRule {
        let rule = RequestFieldRule(field, in: bytes)
        return hasPatterns ? changed(rule, field, bytes) : rule
    }

    private func changed(_ rule: RequestFieldRule, _ field: FieldLine, _ bytes: Span<UInt8>) -> RequestFieldRule {
        let name = bytes.extracting(field.nameRange.range)
        switch rule {
        case .keep, .drop: return rule
        case .origin where field.name.isSaidByGateway: return rule
        case .keepUnlessNominated, .origin, .steering:
            if dropped.contains(where: { $0.matches(name) }) { return .drop }
            return kept.contains { $0.matches(name) } ? .keepUnlessNominated : rule
        }
    }

    /// Whether a name that has other bytes than letters, digits and hyphens may go on: only one that is like no name
    /// that has a rule, once it is a variable of CGI. What has an underscore is dropped, as it always was.
    func passesOddName(_ field: FieldLine, in bytes: Span<UInt8>) -> Bool {
        let name = bytes.extracting(field.nameRange.range)
        for index in 0..<name.count where name[index] == UInt8(ascii: "_") { return false }
        let folded = FieldFamily.foldedName(name)
        return FieldName.recognise(folded.span) == .other && FieldFamily.of(folded.span) == .none
            && !keys.isConfigured(folded.span) && !dropped.contains { $0.matches(folded.span) }
    }
}

extension FieldName {
    /// Whether the gateway says itself what the field says, beside or instead of what came.
    var isSaidByGateway: Bool {
        switch self {
        case .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xForwardedPort, .clientCert,
            .clientCertChain:
            true
        default: false
        }
    }
}
