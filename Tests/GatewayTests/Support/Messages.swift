import HTTP1
import NIOCore
import Testing

@testable import Gateway

/// A request head and the bytes that it was parsed from.
struct ParsedRequest {
    let bytes: [UInt8]
    let head: RequestHead

    init(_ text: String) throws {
        try self.init(bytes: Array(text.utf8))
    }

    init(bytes: [UInt8]) throws {
        var parser = RequestHeadParser()
        let progress = parser.parse(bytes.span)
        try #require(progress == .complete, "\(String(decoding: bytes, as: UTF8.self))")
        self.bytes = bytes
        head = parser.head
    }
}

/// A response head and the bytes that it was parsed from.
struct ParsedResponse {
    let bytes: [UInt8]
    let head: ResponseHead

    init(_ text: String, answering method: HTTP1.Method = .get) throws {
        var parser = ResponseHeadParser()
        let bytes = Array(text.utf8)
        let progress = parser.parse(bytes.span, requestMethod: method)
        try #require(progress == .complete, "\(text)")
        self.bytes = bytes
        head = parser.head
    }
}

extension ByteBuffer {
    /// The readable bytes as text.
    var text: String { String(decoding: readableBytesView, as: UTF8.self) }
}

extension RequestID {
    /// The id as text.
    var text: String { String(decoding: array, as: UTF8.self) }

    /// An id of a client that is known to be well-formed.
    static func fixed(_ text: String = "id-1") throws -> RequestID {
        let bytes = Array(text.utf8)
        let id = RequestID(bytes.span)
        return try #require(id)
    }
}

extension StaticString {
    /// The same as a text that can be compared.
    var text: String { "\(self)" }
}
