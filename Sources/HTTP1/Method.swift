/// A request method (RFC 9110 §9). CONNECT is not among them: the parser refuses it.
public enum Method: UInt8, CaseIterable, Sendable {
    /// GET, RFC 9110 §9.3.1.
    case get
    /// HEAD, RFC 9110 §9.3.2.
    case head
    /// POST, RFC 9110 §9.3.3.
    case post
    /// PUT, RFC 9110 §9.3.4.
    case put
    /// PATCH, RFC 5789.
    case patch
    /// DELETE, RFC 9110 §9.3.5.
    case delete
    /// OPTIONS, RFC 9110 §9.3.7.
    case options
    /// TRACE, RFC 9110 §9.3.8.
    case trace
    /// Any other token; its bytes are in `RequestHead.methodRange`.
    case other

    /// The method that these bytes name. Methods are case-sensitive (RFC 9110 §9.1).
    public static func recognise(_ bytes: Span<UInt8>) -> Method {
        recognise(bytes, 0, bytes.count)
    }

    @inline(__always)
    static func recognise(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Method {
        func isText(_ text: StaticString) -> Bool { ASCII.hasPrefix(bytes, at: start, end: end, text) }
        switch end - start {
        case 3: return isText("GET") ? .get : isText("PUT") ? .put : .other
        case 4: return isText("POST") ? .post : isText("HEAD") ? .head : .other
        case 5: return isText("PATCH") ? .patch : isText("TRACE") ? .trace : .other
        case 6: return isText("DELETE") ? .delete : .other
        case 7: return isText("OPTIONS") ? .options : .other
        default: return .other
        }
    }

    /// The method's name as it stands on the wire; `nil` for `other`.
    public var name: StaticString? {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .other: nil
        }
    }

    /// Whether the method only asks (RFC 9110 §9.2.1); `false` for `other`.
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .patch, .delete, .other: false
        }
    }

    /// Whether the method gives the body of a request a meaning, so that backends can be taken to read it
    /// (RFC 9110 §9.3); `false` for `other`, of which that isn't known.
    public var definesContent: Bool {
        switch self {
        case .post, .put, .patch: true
        default: false
        }
    }

    /// Whether requests of the method have no body that means anything (RFC 9110 §9.3.1, §9.3.2, §9.3.5, §9.3.7,
    /// §9.3.8): many backends leave one unread, and read it as the next request.
    public var hasNoContent: Bool {
        switch self {
        case .get, .head, .delete, .options, .trace: true
        case .post, .put, .patch, .other: false
        }
    }

    /// Whether doing it twice is as good as once (RFC 9110 §9.2.2); `false` for `other`.
    public var isIdempotent: Bool {
        switch self {
        case .put, .delete: true
        default: isSafe
        }
    }
}
