/// The paths that a backend may read in a path with percent-encodings, besides the one that is written.
///
/// Some backends decode a path before they route it, some twice, some all but `%2F` or `%25`; some cut a decoded `?`,
/// `#` or `;` off. Whoever decides by a path has to hold each of these readings against the rules, and this is their
/// one owner. A path without `%` has no other reading, and costs a scan.
public struct PathReadings: Sendable {
    /// The readings, each of them once, without the path as it is written.
    public private(set) var paths: [[UInt8]] = []
    /// Whether `/` is encoded, once or twice.
    public private(set) var hasSlash = false
    /// Whether `%` is encoded.
    public private(set) var hasPercent = false
    /// Whether `?`, `#` or `;` is encoded, once or twice: where a path ends, or a segment, for who decodes first.
    public private(set) var hasDelimiter = false
    /// Whether a reading breaks the rules for paths: it has a control, a backslash, or a segment that is empty or dots.
    public private(set) var breaksRules = false

    /// Whether a path has no other reading.
    @inline(__always)
    public static func isOnly(_ path: Span<UInt8>) -> Bool {
        ASCII.first(ASCII.percent, in: path, from: 0, to: path.count) == path.count
    }

    /// The readings of a path that has passed the rules for targets.
    public init(_ path: Span<UInt8>) {
        let written = (0..<path.count).map { path[$0] }
        let once = Self.decoded(written)
        for octet in Self.encodedOctets(written) + Self.encodedOctets(once) {
            switch octet {
            case ASCII.slash: hasSlash = true
            case ASCII.percent: hasPercent = true
            case ASCII.question, ASCII.hash, ASCII.semicolon: hasDelimiter = true
            default: break
            }
        }
        var found: Set<[UInt8]> = [written]
        func add(_ reading: [UInt8]) {
            for path in Self.uncutAndCut(reading) where found.insert(path).inserted {
                paths.append(path)
                if !Self.keepsRules(path) { breaksRules = true }
            }
        }
        add(once)
        if hasSlash { add(Self.decoded(written, keeping: [ASCII.slash])) }
        guard hasPercent else { return }
        add(Self.decoded(written, keeping: [ASCII.percent]))
        add(Self.decoded(written, keeping: [ASCII.percent, ASCII.slash]))
        add(Self.decoded(once))
        guard hasSlash else { return }
        add(Self.decoded(once, keeping: [ASCII.slash]))
        add(Self.decoded(Self.decoded(written, keeping: [ASCII.slash]), keeping: [ASCII.slash]))
    }

    /// A path with its percent-encodings decoded, but for those of some octets; a `%` without two hexadecimal digits
    /// stands for itself.
    public static func decoded(_ path: [UInt8], keeping kept: [UInt8] = []) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var index = 0
        while index < path.count {
            if path[index] == ASCII.percent,
                let octet = RequestTarget.percentDecoded(path.span, index, path.count), !kept.contains(octet)
            {
                result.append(octet)
                index += 3
            } else {
                result.append(path[index])
                index += 1
            }
        }
        return result
    }

    private static func encodedOctets(_ path: [UInt8]) -> [UInt8] {
        path.indices.compactMap { index in
            path[index] == ASCII.percent ? RequestTarget.percentDecoded(path.span, index, path.count) : nil
        }
    }

    /// A reading, and what is left of it where a query, a fragment or the parameters of segments are taken off.
    private static func uncutAndCut(_ path: [UInt8]) -> [[UInt8]] {
        let target = Array(path.prefix { $0 != ASCII.question && $0 != ASCII.hash })
        return [path, target, withoutParameters(target), withoutParameters(path)]
    }

    private static func withoutParameters(_ path: [UInt8]) -> [UInt8] {
        var isParameter = false
        return path.filter { byte in
            if byte == ASCII.slash { isParameter = false }
            if byte == ASCII.semicolon { isParameter = true }
            return !isParameter
        }
    }

    /// Whether a reading has no byte and no segment for which a path would have been refused.
    private static func keepsRules(_ path: [UInt8]) -> Bool {
        guard path.allSatisfy({ $0 >= ASCII.space && $0 != ASCII.delete && $0 != ASCII.backslash }) else {
            return false
        }
        var segments = path.split(separator: ASCII.slash, omittingEmptySubsequences: false).dropFirst()
        if segments.last?.isEmpty == true { segments.removeLast() }
        return segments.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }
}
