import FuzzSupport

/// A chunked body that is all there, read line by line as RFC 9112 §7.1 has it, within the default limits.
struct PlainChunked {
    private(set) var body: [UInt8] = []
    private(set) var trailers: [(name: [UInt8], value: [UInt8])] = []
    /// The length of the coding.
    private(set) var count = 0

    private let bytes: [UInt8]

    private static let mostSizeDigits = 16
    private static let longestExtension = 256
    private static let mostTrailers = 100
    private static let mostTrailerBytes = 32768
    /// Framing, routing, authentication and what else a head has been acted upon for (RFC 9110 §6.5.1).
    private static let forbiddenTrailers: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade", "http2-settings", "proxy-authenticate", "proxy-authorization", "proxy", "expect", "authorization",
        "x-api-key", "forwarded", "x-real-ip", "x-http-method-override", "x-http-method", "x-method-override",
        "x-original-url", "x-rewrite-url", "client-cert", "client-cert-chain",
    ]

    /// Reads the coding at the start of `bytes`; fails when it is not whole or breaks a rule.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        while true {
            guard let line = takeLine(), let size = Self.size(line) else { return nil }
            if size == 0 { break }
            guard size <= bytes.count - count else { return nil }
            body += bytes[count..<count + size]
            count += size
            guard bytes[count...].starts(with: [13, 10]) else { return nil }
            count += 2
        }
        let start = count
        while let line = takeLine() {
            if line.isEmpty { return }
            guard takeTrailer(line), trailers.count <= Self.mostTrailers, count - start <= Self.mostTrailerBytes else {
                return nil
            }
        }
        return nil
    }

    /// What is before the next CRLF; `nil` when there is none, or another control byte but HTAB before it.
    private mutating func takeLine() -> ArraySlice<UInt8>? {
        guard let end = bytes[count...].firstIndex(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }),
            bytes[end...].starts(with: [13, 10])
        else { return nil }
        defer { count = end + 2 }
        return bytes[count..<end]
    }

    private mutating func takeTrailer(_ line: ArraySlice<UInt8>) -> Bool {
        let head = Array("x\r\n".utf8) + line + Array("\r\n\r\n".utf8)
        guard let field = PlainHead(head[...])?.fields.first, field.line.elementsEqual(line) else { return false }
        let name = field.name
        let isForbidden =
            Self.forbiddenTrailers.contains(name) || name.hasPrefix("x-forwarded-") || name.hasPrefix("x-scopegate-")
        trailers.append((Array(line.prefix(name.utf8.count)), field.value))
        return !isForbidden
    }

    /// chunk-size and chunk-ext of a line; `nil` when they are malformed, too long or too large.
    private static func size(_ line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { !"; \t".utf8.contains($0) }
        guard (1...mostSizeDigits).contains(digits.count), digits.allSatisfy({ isHexadecimal($0) }),
            let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), isExtension(line[digits.endIndex...])
        else { return nil }
        return size
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { "0123456789abcdefABCDEF".utf8.contains(byte) }

    /// `*( ";" chunk-ext-name [ "=" ( token / quoted-string ) ] )`, with white space between its parts and at its end.
    private static func isExtension(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count <= longestExtension else { return false }
        var rest = text
        if rest.isEmpty { return true }
        repeat {
            skipBlanks(&rest)
            guard rest.popFirst() == UInt8(ascii: ";") else { return false }
            skipBlanks(&rest)
            guard takeToken(&rest) else { return false }
            skipBlanks(&rest)
            if rest.first == UInt8(ascii: "=") {
                rest = rest.dropFirst()
                skipBlanks(&rest)
                guard rest.first == UInt8(ascii: "\"") ? takeQuotedString(&rest) : takeToken(&rest) else {
                    return false
                }
                skipBlanks(&rest)
            }
        } while !rest.isEmpty
        return true
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let token = rest.prefix(while: PlainHead.isTokenByte)
        rest = rest[token.endIndex...]
        return !token.isEmpty
    }

    private static func takeQuotedString(_ rest: inout ArraySlice<UInt8>) -> Bool {
        rest = rest.dropFirst()
        while let byte = rest.popFirst(), byte < 0x80 {
            if byte == UInt8(ascii: "\"") { return true }
            // A quoted pair (RFC 9110 §5.6.4).
            if byte == UInt8(ascii: "\\"), (rest.popFirst() ?? 0x80) >= 0x80 { return false }
        }
        return false
    }
}
