/// Every way in which a backend may read a path: percent-encodings decoded once or twice, all of them or all but
/// slashes and percents, and what is behind a decoded `?`, `#` or `;` taken off or not; by brute force.
struct PlainReadings {
    private(set) var paths: Set<[UInt8]> = []
    private(set) var hasSlash = false
    private(set) var hasPercent = false
    private(set) var hasDelimiter = false

    init(_ path: [UInt8]) {
        for first in Self.policies {
            let once = Self.decode(path, keeping: first)
            add(once)
            for second in Self.policies { add(Self.decode(once, keeping: second)) }
        }
        let all = Self.decode(path, keeping: [])
        for octet in Self.octets(path) + Self.octets(all) {
            if octet == UInt8(ascii: "/") { hasSlash = true }
            if octet == UInt8(ascii: "%") { hasPercent = true }
            if "?#;".utf8.contains(octet) { hasDelimiter = true }
        }
        paths.remove(path)
    }

    private static let policies: [[UInt8]] = [[], Array("/".utf8), Array("%".utf8), Array("/%".utf8)]

    /// Whether no reading has what a path can't have.
    var keepRules: Bool {
        paths.allSatisfy { path in
            let inner = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
            let segments = inner.last?.isEmpty == true ? inner.dropLast() : inner
            return path.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
                && segments.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        }
    }

    private mutating func add(_ reading: [UInt8]) {
        let target = Array(reading.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        for path in [reading, target] {
            paths.insert(path)
            let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            paths.insert(Array(segments.map { $0.prefix { $0 != UInt8(ascii: ";") } }.joined(separator: "/".utf8)))
        }
    }

    private static func decode(_ path: [UInt8], keeping kept: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = path[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let octet = octet(rest), !kept.contains(octet) {
                decoded.append(octet)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func octets(_ path: [UInt8]) -> [UInt8] {
        path.indices.compactMap { path[$0] == UInt8(ascii: "%") ? octet(path[($0 + 1)...]) : nil }
    }

    /// The octet that two hexadecimal digits stand for.
    private static func octet(_ rest: ArraySlice<UInt8>) -> UInt8? {
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
