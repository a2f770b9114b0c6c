/// The keys that a request has brought, and whatever else stands where keys do: what must not be in any text that
/// outlives the request.
///
/// They are ranges of the request's own bytes, so that the usual request, which has one, costs no memory.
public struct RequestSecrets: Sendable {
    // Apart, for with most requests there is one.
    private var first: Range<Int>?
    private var others: [Range<Int>] = []
    /// The parts of Basic credentials, which don't stand in the request as they are.
    private var decoded: [[UInt8]] = []
    /// A key that is known to be one, however short it is.
    private var proven: Range<Int>?
    /// Whether any of them may have percent-encodings.
    private var haveEncodings = false

    /// Nothing shorter is taken for a key unless it is known to be one, so that a made-up "key" such as `trades` can't
    /// blank out what was asked for.
    public static let shortest = 8
    /// What stands in the place of a key.
    public static let replacement = Array("[key]".utf8)

    /// No secrets.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { first == nil && decoded.isEmpty && proven == nil }

    // MARK: Adding

    /// Adds a key.
    public mutating func add(_ range: Range<Int>) {
        haveEncodings = true
        keep(range)
    }

    private mutating func keep(_ range: Range<Int>) {
        guard range.count >= Self.shortest else { return }
        if first == nil { first = range } else { others.append(range) }
    }

    /// Adds a key that is known to be one, because the issuer says so.
    public mutating func add(proven range: Range<Int>) {
        guard !range.isEmpty, range.count < Self.shortest else { return }
        haveEncodings = true
        proven = range
    }

    /// Adds what the value of a field holds that may be a key: each of its words, whatever the scheme, and the parts of
    /// Basic credentials (RFC 7617); all of it when it has no long word.
    public mutating func add(field value: Range<Int>, in bytes: Span<UInt8>) {
        var (start, sign, hasWord) = (value.lowerBound, -1, false)
        for index in value {
            let byte = bytes[index]
            // Most bytes of a key are letters, and none of what follows is.
            if byte > UInt8(ascii: "=") { continue }
            if Self.separates(byte) {
                if add(word: start..<index, sign: sign, in: bytes) { hasWord = true }
                (start, sign) = (index + 1, -1)
            } else if byte == UInt8(ascii: "%") {
                haveEncodings = true
            } else if byte == UInt8(ascii: "="), sign < 0 {
                sign = index
            }
        }
        if add(word: start..<value.upperBound, sign: sign, in: bytes) { hasWord = true }
        if !hasWord { keep(value) }
        addBasic(value, in: bytes)
    }

    /// Adds a word, and its value if it is `name=value`, with the first `=` at `sign`; false when it is short.
    private mutating func add(word: Range<Int>, sign: Int, in bytes: Span<UInt8>) -> Bool {
        guard word.count >= Self.shortest else { return false }
        keep(word)
        // `=` at the end is padding.
        if sign >= 0, sign < word.upperBound - 1, bytes[sign + 1] != UInt8(ascii: "=") {
            keep(sign + 1..<word.upperBound)
        }
        return true
    }

    private static func separates(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""): true
        default: false
        }
    }

    private mutating func addBasic(_ value: Range<Int>, in bytes: Span<UInt8>) {
        let scheme: StaticString = "basic "
        guard value.count > scheme.utf8CodeUnitCount else { return }
        for index in 0..<scheme.utf8CodeUnitCount {
            guard bytes[value.lowerBound + index] | 0x20 == scheme.utf8Start[index] else { return }
        }
        let credentials = Base64.decode(
            bytes.extracting(value.lowerBound + scheme.utf8CodeUnitCount..<value.upperBound)
        )
        if credentials.contains(UInt8(ascii: "%")) { haveEncodings = true }
        for part in credentials.split(separator: UInt8(ascii: ":"), maxSplits: 1) where part.count >= Self.shortest {
            decoded.append(Array(part))
        }
    }

    // MARK: Redacting

    /// Calls with a text without any of the secrets, of at most so many bytes, and whether it was longer. The text
    /// itself is given where it has none, so that this costs no memory.
    public func withRedacted(
        _ text: Span<UInt8>,
        limit: Int,
        in bytes: Span<UInt8>,
        _ body: (_ redacted: Span<UInt8>, _ isCut: Bool) -> Void
    ) {
        guard let redacted = redacted(text, limit: limit, in: bytes) else {
            let kept = TextLimits.keptLength(of: text, limit: limit)
            return body(text.extracting(..<kept), kept < text.count)
        }
        body(redacted.bytes.span, redacted.isCut)
    }

    /// A text without any of the secrets, of at most so many bytes.
    public func redact(_ text: Span<UInt8>, limit: Int, in bytes: Span<UInt8>) -> RedactedText {
        if let redacted = redacted(text, limit: limit, in: bytes) { return redacted }
        let kept = TextLimits.keptLength(of: text, limit: limit)
        let copy = text.extracting(..<kept).withUnsafeBufferPointer { Array($0) }
        return RedactedText(bytes: copy, isCut: kept < text.count)
    }

    /// Whether a text holds one of the secrets.
    public func isIn(_ text: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        !isEmpty && next(in: text, from: 0, bytes) != .nothing
    }

    /// The text without the secrets; nil when it has none.
    private func redacted(_ text: Span<UInt8>, limit: Int, in bytes: Span<UInt8>) -> RedactedText? {
        guard !isEmpty else { return nil }
        // What is cut off anyway need not be searched; a key that begins before the limit may end behind it.
        var result: [UInt8] = []
        var index = 0
        search: while index < text.count, result.count <= limit {
            switch next(in: text, from: index, bytes) {
            case .nothing: break search
            case .key(let range):
                result += text.extracting(index..<range.lowerBound).withUnsafeBufferPointer { Array($0) }
                result += Self.replacement
                index = range.upperBound
            case .tooMuch:
                return RedactedText(bytes: Self.replacement, isCut: false)
            }
        }
        guard index > 0 else { return nil }
        result += text.extracting(index...).withUnsafeBufferPointer { Array($0) }
        let kept = TextLimits.keptLength(of: result.span, limit: limit)
        let isCut = kept < result.count
        result.removeSubrange(kept...)
        return RedactedText(bytes: result, isCut: isCut)
    }

    /// The first of all secrets in a text; of several that begin at one place the longest.
    private func next(in text: Span<UInt8>, from start: Int, _ bytes: Span<UInt8>) -> KeySpelling.Found {
        var spelling = KeySpelling(textCount: text.count)
        var found: Range<Int>?
        func take(_ next: KeySpelling.Found) -> Bool {
            switch next {
            case .nothing: return true
            case .tooMuch: return false
            case .key(let range):
                guard let earlier = found else {
                    found = range
                    return true
                }
                let isBetter =
                    range.lowerBound < earlier.lowerBound
                    || range.lowerBound == earlier.lowerBound && range.upperBound > earlier.upperBound
                if isBetter { found = range }
                return true
            }
        }
        func lookFor(_ key: Span<UInt8>) -> Bool {
            take(spelling.first(key, hasEncodings: haveEncodings, in: text, from: start))
        }
        if let first, !lookFor(bytes.extracting(first)) { return .tooMuch }
        if let proven, !lookFor(bytes.extracting(proven)) { return .tooMuch }
        for other in others where !lookFor(bytes.extracting(other)) { return .tooMuch }
        for part in decoded where !lookFor(part.span) { return .tooMuch }
        return found.map { .key($0) } ?? .nothing
    }
}

/// Base 64 (RFC 4648 §4 and §5), as far as it goes.
private enum Base64 {
    static func decode(_ text: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for index in text.indices {
            guard let digit = digit(text[index]) else { break }
            bits = bits << 6 | UInt32(digit)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
