/// What stands for the placeholders of a case that depend on the run.
struct Placeholders: Sendable {
    /// The port that the gateway listens on.
    var gatewayPort: Int
    var backendPort: Int
    /// The key with these scopes, separated by spaces.
    var key: @Sendable (String) -> (id: String, key: String)
    /// A key whose life is over.
    var expiredKey: String
}

extension Template {
    /// What a client or a backend does.
    enum Step: Sendable {
        case send([UInt8])
        case awaitContinue
    }

    /// A piece of what is expected to arrive.
    enum Expected: Sendable {
        case bytes([UInt8])
        /// A request id.
        case requestID
        /// This content in the chunked coding, in whatever chunks, without extensions and trailers.
        case chunked([UInt8])
    }

    func steps(_ values: Placeholders) throws -> [Step] {
        var steps: [Step] = []
        var bytes: [UInt8] = []
        func flush() {
            if !bytes.isEmpty { steps.append(.send(bytes)) }
            bytes = []
        }
        for part in parts {
            switch part {
            case .bytes(let more): bytes += more
            case .placeholder(let name, let argument): bytes += try Self.literal(name, argument, values)
            case .cut: flush()
            case .awaitContinue:
                flush()
                steps.append(.awaitContinue)
            }
        }
        flush()
        return steps
    }

    func expected(_ values: Placeholders) throws -> [Expected] {
        try parts.flatMap { part -> [Expected] in
            switch part {
            case .bytes(let bytes): return [.bytes(bytes)]
            case .placeholder("ID", _): return [.requestID]
            case .placeholder("OURS", let host): return Self.ownFields(host.isEmpty ? "gateway.test" : host, values)
            case .placeholder("CHUNKED", let content): return [.chunked(try Template.bytes(content))]
            case .placeholder(let name, let argument): return [.bytes(try Self.literal(name, argument, values))]
            case .cut, .awaitContinue: throw Malformed(description: "what is expected has no markers")
            }
        }
    }

    private static func literal(_ name: String, _ argument: String, _ values: Placeholders) throws -> [UInt8] {
        switch name {
        case "KEY": return Array(values.key(argument).key.utf8)
        case "KEYID": return Array(values.key(argument).id.utf8)
        case "EXPIRED": return Array(values.expiredKey.utf8)
        case "PORT": return Array("\(values.gatewayPort)".utf8)
        case "BACKEND": return Array("127.0.0.1:\(values.backendPort)".utf8)
        case "REPEAT":
            // The count stands behind the last colon: the text may hold some.
            guard let colon = argument.lastIndex(of: ":"), let count = Int(argument[argument.index(after: colon)...])
            else { throw Malformed(description: "{{REPEAT:text:count}} is malformed: \(argument)") }
            let text = try bytes(String(argument[..<colon]))
            return Array(repeatElement(text, count: count).joined())
        default: throw Malformed(description: "there is no placeholder {{\(name)}}")
        }
    }

    /// The fields that the gateway adds for a client of this machine that asked for `host` and that it does not trust.
    private static func ownFields(_ host: String, _ values: Placeholders) -> [Expected] {
        let fields = """
            X-Forwarded-For: 127.0.0.1\r
            Forwarded: for=127.0.0.1;host="\(host)";proto=http\r
            X-Forwarded-Proto: http\r
            X-Forwarded-Host: \(host)\r
            X-Forwarded-Port: \(values.gatewayPort)\r
            X-Request-Id:\u{20}
            """
        return [.bytes(Array(fields.utf8)), .requestID, .bytes([13, 10])]
    }
}

extension [Template.Expected] {
    /// Whether bytes are what is expected; with `asPrefix`, whether they are its beginning.
    func match(_ bytes: [UInt8], asPrefix: Bool = false) -> Bool {
        var rest = bytes[...]
        for part in self {
            if asPrefix, rest.isEmpty { return true }
            switch part {
            case .bytes(let expected):
                if asPrefix, rest.count < expected.count { return expected.starts(with: rest) }
                guard rest.starts(with: expected) else { return false }
                rest = rest.dropFirst(expected.count)
            case .requestID:
                let length = rest.prefix { Self.isRequestIDByte($0) }.count
                guard 1...64 ~= length else { return false }
                rest = rest.dropFirst(length)
            case .chunked(let expected):
                guard let (content, length, isWhole) = Self.chunked(rest), expected.starts(with: content) else {
                    return false
                }
                if asPrefix, !isWhole { return true }
                guard isWhole, content == expected else { return false }
                rest = rest.dropFirst(length)
            }
        }
        return rest.isEmpty
    }

    /// What it could look like.
    var sample: [UInt8] {
        flatMap { part -> [UInt8] in
            switch part {
            case .bytes(let bytes): return bytes
            case .requestID: return Array<UInt8>("{{ID}}".utf8)
            case .chunked(let content):
                let size = content.isEmpty ? "" : String(content.count, radix: 16) + "\r\n"
                return Array<UInt8>(size.utf8) + content + Array<UInt8>((content.isEmpty ? "" : "\r\n").utf8)
                    + Array<UInt8>("0\r\n\r\n".utf8)
            }
        }
    }

    private static func isRequestIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/=:@".utf8.contains(byte)
        }
    }

    /// Takes the plainest form of the chunked coding apart: sizes in lower-case digits without leading zeros, CRLF,
    /// data, CRLF, and `0 CRLF CRLF` at the end. Nil for any other form.
    private static func chunked(_ bytes: ArraySlice<UInt8>) -> (content: [UInt8], length: Int, isWhole: Bool)? {
        var rest = bytes
        var content: [UInt8] = []
        func isCRLF(_ bytes: ArraySlice<UInt8>) -> Bool? { bytes.count < 2 ? nil : bytes.starts(with: [13, 10]) }
        while true {
            let digits = rest.prefix { "0123456789abcdef".utf8.contains($0) }
            let behind = rest.dropFirst(digits.count)
            guard let endsLine = isCRLF(behind) else { return (content, bytes.count, false) }
            guard endsLine, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
                size == 0 || digits.first != UInt8(ascii: "0")
            else { return nil }
            rest = behind.dropFirst(2)
            content += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard let endsData = isCRLF(rest) else { return (content, bytes.count, false) }
            guard endsData else { return nil }
            rest = rest.dropFirst(2)
            if size == 0 { return (content, bytes.count - rest.count, true) }
        }
    }
}
