/// Names of header fields that can hold a key.
enum KeyHeaderName {
    /// Fields that have a meaning of their own on the way of a request, so that a key in them would be dropped,
    /// rewritten or misread.
    private static let reserved: Set<String> = [
        "authorization", "connection", "content-length", "content-type", "cookie", "date", "expect", "forwarded",
        "host",
        "http2-settings", "keep-alive", "proxy", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
        "trailer", "traceparent", "tracestate", "transfer-encoding", "upgrade", "x-http-method",
        "x-http-method-override", "x-method-override", "x-original-url", "x-real-ip", "x-request-id", "x-rewrite-url",
    ]
    private static let reservedPrefixes = ["x-forwarded-", "x-scopegate-"]
    private static let maximumLength = 64

    /// The name, when a key can be in such a field.
    static func check(_ name: String) throws(ValueProblem) -> String {
        // A token (RFC 9110 §5.6.2), and of those what names are made of in practice; fields whose names have an
        // underscore never reach the backend.
        let isToken = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isToken, !name.isEmpty, name.utf8.count <= maximumLength else {
            throw ValueProblem(
                "\"\(name.prefix(maximumLength))\" can't be the name of a header for keys",
                help: "letters, digits and hyphens, at most \(maximumLength)"
            )
        }
        let lowercased = name.lowercased()
        if lowercased == "authorization" {
            throw ValueProblem("Authorization is what the source bearer reads", help: "write bearer")
        }
        guard !reserved.contains(lowercased), !reservedPrefixes.contains(where: { lowercased.hasPrefix($0) }) else {
            throw ValueProblem("\(name) has a meaning of its own, so a key can't be in it")
        }
        return name
    }
}
