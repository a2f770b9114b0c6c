import FuzzSupport
import HTTP1

/// The rules for the fields of a request on its way upstream, as the gateway's design lists them.
struct RequestRules {
    var isTrusted: Bool
    var forwardsKey: Bool
    var replacesHost: Bool
    /// The gateway knows the client's certificate, and tells of it.
    var tellsCertificate: Bool
    /// Another field that carries a key, in lower case.
    var keyField: String

    /// Hop-by-hop (RFC 9110 §7.6.1), what would change the method, the path or the protocol, and what is ours to say.
    private static let dropped: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "http2-settings", "proxy-authorization", "proxy-authenticate", "expect", "x-http-method-override",
        "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url", "proxy", "x-request-id",
        "x-forwarded-for", "forwarded",
    ]

    /// What says where a request comes from, beside X-Forwarded-*.
    private static let ofOrigin: Set<String> = ["x-real-ip", "client-cert", "client-cert-chain"]

    /// The first family that a name, with a hyphen for all that is neither letter nor digit, is of.
    private static func family(_ folded: String) -> FieldFamily {
        FieldFamily.all.first { entry in
            entry.name.hasSuffix("*") ? folded.hasPrefix(entry.name.dropLast()) : folded == entry.name
        }?.family ?? .none
    }

    /// The fields that go on, in their order.
    func kept(of head: PlainHead) -> [PlainHead.Field] {
        let nominated = Set(head.listMembers("connection"))
        let isTold = tellsCertificate && !(isTrusted && head.fields.contains { $0.name == "client-cert" })
        return head.fields.filter { field in
            // Another certificate's chain doesn't stand beside the gateway's own word.
            if field.name == "client-cert-chain", isTold { return false }
            return isKept(field.name, isNominated: nominated.contains(field.name))
        }.map(\.sent)
    }

    private func isKept(_ name: String, isNominated: Bool) -> Bool {
        if name.contains("_") || Self.dropped.contains(name) || name.hasPrefix("x-scopegate-") { return false }
        let folded = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        // What a client says of where it comes from counts only when the client is trusted, and says it by its name.
        if Self.ofOrigin.contains(name) || name.hasPrefix("x-forwarded-") { return isTrusted && folded == name }
        // What Connection must not be able to remove.
        if name == "content-length" { return true }
        if name == "host" { return !replacesHost }
        if name == "authorization" || name == "x-api-key" || name == keyField { return forwardsKey }
        switch Self.family(folded) {
        case .origin: return isTrusted && folded == name
        case .steering: return false
        case .none: break
        }
        // Another spelling of a name that has a rule.
        if folded != name, FieldName.recognise(Array(folded.utf8).span) != .other || folded == keyField { return false }
        return !isNominated
    }
}
