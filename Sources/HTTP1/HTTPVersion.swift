/// The versions of HTTP/1 that are spoken (RFC 9112 §2.3).
public enum HTTPVersion: UInt8, Sendable {
    /// HTTP/1.0: no chunked coding, and here no kept-alive connection.
    case http10
    /// HTTP/1.1, and every later minor version, which is processed as 1.1 is (RFC 9110 §2.5).
    case http11

    enum Reading {
        case known(HTTPVersion)
        /// Well-formed, but of another major version, such as HTTP/2.0.
        case unsupported
        case malformed
    }

    /// The length of `HTTP/1.1`.
    static let byteCount = 8

    /// Reads the eight bytes at `start` as an HTTP-version.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at start: Int, end: Int) -> Reading {
        guard end - start >= byteCount, ASCII.hasPrefix(bytes, at: start, end: end, "HTTP/"),
            ASCII.isDigit(bytes[start + 5]), bytes[start + 6] == ASCII.dot, ASCII.isDigit(bytes[start + 7])
        else { return .malformed }
        guard bytes[start + 5] == ASCII.zero + 1 else { return .unsupported }
        return .known(bytes[start + 7] == ASCII.zero ? .http10 : .http11)
    }
}
