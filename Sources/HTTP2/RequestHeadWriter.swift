/// Writes the field section of an HTTP/2 request as the head of an HTTP/1.1 request that means the same, so that one
/// parser and one set of rules read both.
///
/// It checks what HTTP/2 asks for (RFC 9113 §8.2, §8.3), and that nothing that it writes could be read as anything else
/// than one field, one method, one target. The rest is for the rules of HTTP/1.1.
public struct RequestHeadWriter {
    /// How the body comes.
    public enum Body: Equatable, Sendable {
        /// There is none.
        case none
        /// It has so many bytes.
        case length(UInt64)
        /// It ends with the stream.
        case open
    }

    /// The head, once it is finished.
    public private(set) var head: [UInt8] = []

    private var method: [UInt8]?
    private var scheme: [UInt8]?
    private var path: [UInt8]?
    private var authority: [UInt8]?
    private var host: [UInt8]?
    private var contentLength: UInt64?
    private var cookie: [UInt8]?
    private var lines: [UInt8] = []
    private var hasRegularField = false

    /// A writer for one request.
    public init() {}

    /// The method, in the bytes in which it came.
    public var methodName: [UInt8] { method ?? [] }

    /// Takes the next field of the section.
    public mutating func add(name: [UInt8], value: [UInt8]) throws(RequestFieldError) {
        try FieldRules.checkValue(value)
        guard name.first == UInt8(ascii: ":") else {
            hasRegularField = true
            return try addRegular(name, value)
        }
        guard !hasRegularField else { throw .misplacedPseudoField }
        switch name {
        case FieldText.method: try set(&method, value)
        case FieldText.scheme: try set(&scheme, value)
        case FieldText.path: try set(&path, value)
        case FieldText.authority: try set(&authority, value)
        default: throw .unknownPseudoField
        }
    }

    /// Ends the section.
    ///
    /// - Parameter endsStream: Whether there is nothing behind it.
    /// - Returns: How the body comes.
    public mutating func finish(endsStream: Bool) throws(RequestFieldError) -> Body {
        guard let method else { throw .missingPseudoField }
        guard method != FieldText.connect else { throw .connectMethod }
        guard let scheme, let path else { throw .missingPseudoField }
        guard !method.isEmpty, method.allSatisfy(FieldRules.isToken) else { throw .invalidMethod }
        let lowercased = scheme.map(FieldRules.lowercased)
        guard lowercased == FieldText.http || lowercased == FieldText.https else { throw .invalidScheme }
        guard !path.isEmpty, path.allSatisfy(FieldRules.isVisible) else { throw .invalidPath }
        guard path[0] == UInt8(ascii: "/") || path == [UInt8(ascii: "*")] else { throw .unsupportedPathForm }
        let host = try effectiveHost()
        let body: Body
        switch (contentLength, endsStream) {
        case (nil, true), (0, true): body = .none
        case (_, true): throw .bodyMissing
        case (let length?, false): body = .length(length)
        case (nil, false): body = .open
        }
        head = method + [0x20] + path + Array(" HTTP/1.1\r\nhost: ".utf8) + host + FieldText.lineEnd + lines
        if let cookie { head += Array("cookie: ".utf8) + cookie + FieldText.lineEnd }
        // What says nothing of its body could have one all the same (RFC 9110 §8.6), and some servers answer 411.
        if body == .none, contentLength == nil, FieldText.bodyMethods.contains(method) { contentLength = 0 }
        if let contentLength { head += Array("content-length: \(contentLength)\r\n".utf8) }
        if body == .open { head += Array("transfer-encoding: chunked\r\n".utf8) }
        head += FieldText.lineEnd
        return body
    }

    private func set(_ field: inout [UInt8]?, _ value: [UInt8]) throws(RequestFieldError) {
        guard field == nil else { throw .repeatedPseudoField }
        field = value
    }

    private mutating func addRegular(_ name: [UInt8], _ value: [UInt8]) throws(RequestFieldError) {
        try FieldRules.checkName(name)
        switch name {
        case FieldText.host:
            guard host == nil else { throw .repeatedHost }
            host = value
        case FieldText.contentLength:
            guard contentLength == nil else { throw .repeatedContentLength }
            contentLength = try Self.length(value)
        case FieldText.cookie:
            // RFC 9113 §8.2.3: pieces of one field for the sake of compression.
            cookie = cookie.map { $0 + Array("; ".utf8) + value } ?? value
        case FieldText.te:
            // About this hop alone, and so of no use behind it.
            guard value.map(FieldRules.lowercased) == FieldText.trailers else { throw .invalidTE }
        case _ where FieldText.connectionFields.contains(name): throw .connectionField
        default: lines += name + [UInt8(ascii: ":"), 0x20] + value + FieldText.lineEnd
        }
    }

    private func effectiveHost() throws(RequestFieldError) -> [UInt8] {
        if let authority, let host, authority.map(FieldRules.lowercased) != host.map(FieldRules.lowercased) {
            throw .authorityMismatch
        }
        guard let value = authority ?? host else { throw .missingAuthority }
        guard !value.isEmpty, value.allSatisfy(FieldRules.isVisible) else { throw .invalidAuthority }
        return value
    }

    private static func length(_ text: [UInt8]) throws(RequestFieldError) -> UInt64 {
        guard (1...19).contains(text.count) else { throw .invalidContentLength }
        var value: UInt64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .invalidContentLength }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        guard value <= UInt64(Int64.max) else { throw .invalidContentLength }
        return value
    }
}

/// The names and values that matter.
enum FieldText {
    static let method = Array(":method".utf8)
    static let scheme = Array(":scheme".utf8)
    static let path = Array(":path".utf8)
    static let authority = Array(":authority".utf8)
    static let connect = Array("CONNECT".utf8)
    static let http = Array("http".utf8)
    static let https = Array("https".utf8)
    static let host = Array("host".utf8)
    static let contentLength = Array("content-length".utf8)
    static let cookie = Array("cookie".utf8)
    static let te = Array("te".utf8)
    static let trailers = Array("trailers".utf8)
    static let lineEnd = Array("\r\n".utf8)

    /// The methods whose requests mean to have a body.
    static let bodyMethods = ["POST", "PUT", "PATCH"].map { Array($0.utf8) }

    /// RFC 9113 §8.2.2.
    static let connectionFields = ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map {
        Array($0.utf8)
    }
}
