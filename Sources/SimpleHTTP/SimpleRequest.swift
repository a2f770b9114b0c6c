import HTTP1

/// A whole request, its body included.
public struct SimpleRequest: Sendable {
    /// The method; HEAD is given as such, the server drops the body of the response to it.
    public var method: HTTP1.Method
    /// The path of the target as it was sent, up to `?`.
    public var path: String
    /// The query as it was sent, after `?`; nil if the target has none.
    public var query: String?
    /// The header fields in their order, names as they were sent.
    public var fields: [(name: String, value: String)]
    /// The body without its chunked coding.
    public var body: [UInt8]

    /// A request of these parts.
    public init(
        method: HTTP1.Method,
        path: String,
        query: String? = nil,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
    }

    /// The value of the first field of that name, in any case.
    public func field(_ name: String) -> String? {
        fields.first { equalIgnoringASCIICase($0.name, name) }?.value
    }

    /// The segments of the path between its slashes, as they were sent.
    public var pathSegments: [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// Content-Type without its parameters, in lower case.
    public var mediaType: String? {
        field("Content-Type").map { value in
            value.prefix { $0 != ";" }.split(separator: " ").joined().lowercased()
        }
    }
}

/// Whether two texts are the same but for the case of ASCII letters.
package func equalIgnoringASCIICase(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
    return left.utf8.count == right.utf8.count
        && zip(left.utf8, right.utf8).allSatisfy { lowercase($0) == lowercase($1) }
}
