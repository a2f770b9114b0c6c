/// Checks a path octet by octet (RFC 3986 §3.3) and segment by segment.
struct PathRules {
    private var segmentStart: Int
    private var utf8 = UTF8Tracker()

    /// `start` is the offset of the path's first `/`.
    init(start: Int) {
        segmentStart = start + 1
    }

    /// Where the path ends: at `?` or at `end`.
    @inline(__always)
    mutating func end(_ bytes: Span<UInt8>, _ end: Int) -> Result<Int, RequestError> {
        var index = segmentStart
        while index < end {
            let byte = bytes[index]
            if byte == ASCII.percent {
                if let error = percentError(bytes, index, end) { return .failure(error) }
                index += 3
                continue
            }
            guard utf8.isComplete else { return .failure(.targetEncodingNotUTF8) }
            if byte == ASCII.question { break }
            guard ByteSet.path.contains(byte) else { return .failure(RequestTarget.byteError(byte)) }
            if byte == ASCII.slash {
                // An inner segment, and so not the empty one that a trailing slash leaves.
                guard index > segmentStart else { return .failure(.targetEmptySegment) }
                if isDots(bytes, index) { return .failure(.targetDotSegment) }
                segmentStart = index + 1
            }
            index += 1
        }
        guard utf8.isComplete else { return .failure(.targetEncodingNotUTF8) }
        return isDots(bytes, index) ? .failure(.targetDotSegment) : .success(index)
    }

    /// Whether the segment that ends at `end` is `.` or `..` (RFC 3986 §5.2.4). `%2E` is refused elsewhere.
    @inline(__always)
    private func isDots(_ bytes: Span<UInt8>, _ end: Int) -> Bool {
        switch end - segmentStart {
        case 1: bytes[segmentStart] == ASCII.dot
        case 2: bytes[segmentStart] == ASCII.dot && bytes[segmentStart + 1] == ASCII.dot
        default: false
        }
    }

    private mutating func percentError(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> RequestError? {
        guard let octet = RequestTarget.percentDecoded(bytes, index, end) else { return .malformedPercentEncoding }
        switch octet {
        case ..<ASCII.space, ASCII.dot, ASCII.backslash, ASCII.delete:
            return .forbiddenPercentEncoding
        default:
            return utf8.accept(octet) ? nil : .targetEncodingNotUTF8
        }
    }
}

/// Follows percent-encoded octets and tells whether they are UTF-8 (RFC 3629 §4).
struct UTF8Tracker {
    private var missing = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether no sequence is unfinished.
    var isComplete: Bool { missing == 0 }

    /// Takes the next octet; `false` when it can't stand here.
    mutating func accept(_ octet: UInt8) -> Bool {
        if missing > 0 {
            guard allowed.contains(octet) else { return false }
            missing -= 1
            allowed = 0x80...0xBF
            return true
        }
        // The second octet's range excludes overlong forms, surrogates and what is beyond U+10FFFF.
        switch octet {
        case ..<0x80: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
