/// Parts of texts found by their bytes. A `Character` is a letter with all that combines with it, so that a slash with
/// a combining mark behind it is no "/" to `split` and `hasPrefix`, although it separates segments.
extension StringProtocol where SubSequence == Substring, UTF8View: BidirectionalCollection {
    /// Whether the text begins with these bytes.
    func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Whether the text ends with these bytes.
    func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// Whether one of some ASCII characters is in the text.
    func holds(anyOf characters: String) -> Bool { utf8.contains { characters.utf8.contains($0) } }

    /// The place of the last of some ASCII characters.
    func last(of characters: String) -> Index? { utf8.lastIndex { characters.utf8.contains($0) } }

    /// The text before the first of some ASCII characters.
    func before(anyOf characters: String) -> Substring {
        self[..<(utf8.firstIndex { characters.utf8.contains($0) } ?? endIndex)]
    }

    /// The text from the first of some ASCII characters on.
    func from(anyOf characters: String) -> Substring {
        self[(utf8.firstIndex { characters.utf8.contains($0) } ?? endIndex)...]
    }

    /// The text behind its first bytes, which are ASCII.
    func behind(_ count: Int) -> Substring {
        self[(utf8.index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
    }

    /// The parts between an ASCII character, the empty ones too.
    func parts(at separator: Unicode.Scalar) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        while let end = self[start...].utf8.firstIndex(of: UInt8(ascii: separator)) {
            parts.append(self[start..<end])
            start = utf8.index(after: end)
        }
        return parts + [self[start...]]
    }

    /// The parts before and behind the first "://"; `nil` when there is none, or when what is before it is no scheme
    /// (RFC 3986 §3.1), which may have variables in it.
    var schemeAndRest: (scheme: Substring, rest: Substring)? {
        let scheme = before(anyOf: ":/?#")
        guard !scheme.isEmpty, self[scheme.endIndex...].begins(with: "://") else { return nil }
        return (scheme, self[scheme.endIndex...].behind(3))
    }
}
