import HTTP1

/// The rules for request targets once more, each by itself over the whole target, as a person would check them.
enum PlainTarget {
    static func isAcceptable(_ target: [UInt8]) -> Bool {
        if target.first == UInt8(ascii: "/") { return isOriginForm(target) }
        return isAbsoluteForm(target)
    }

    /// http or https, an authority that is a host with an optional port, and what may follow it (RFC 9112 §3.2.2).
    private static func isAbsoluteForm(_ target: [UInt8]) -> Bool {
        let lowercased = target.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        for scheme in ["http://", "https://"] where lowercased.starts(with: scheme.utf8) {
            let rest = target.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { "/?".utf8.contains($0) } ?? rest.endIndex
            // Without a path it asks for `/`.
            let origin = (rest[end...].first == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + rest[end...]
            return HostField.isValid(Array(rest[..<end]).span) && isOriginForm(origin)
        }
        return false
    }

    private static func isOriginForm(_ target: [UInt8]) -> Bool {
        let isVisible = target.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
        guard isVisible else { return false }
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        var segments = target[..<mark].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        segments.removeFirst()
        if segments.last?.isEmpty == true { segments.removeLast() }
        return segments.allSatisfy(isAcceptable(segment:))
    }

    private static func isAcceptable(segment: ArraySlice<UInt8>) -> Bool {
        guard !segment.isEmpty, !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
            return false
        }
        let raw = segment.filter { $0 != UInt8(ascii: "%") }
        guard raw.allSatisfy({ isPathCharacter($0) }), let octets = decode(Array(segment)) else { return false }
        return octets.allSatisfy(isAcceptable(octet:)) && isUTF8(octets)
    }

    /// unreserved, sub-delims but `;`, `:` and `@` (RFC 3986 §3.3), and four that clients send as they are.
    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        isUnreserved(byte) || "!$&'()*+,=:@[]|^".utf8.contains(byte)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~".utf8.contains(byte)
        }
    }

    /// One octet of a segment, and whether it was percent-encoded.
    private struct Octet {
        var value: UInt8
        var isEncoded: Bool
    }

    private static func isAcceptable(octet: Octet) -> Bool {
        guard octet.isEncoded else { return true }
        return octet.value >= 0x20 && octet.value != 0x7F && !".\\".utf8.contains(octet.value)
    }

    /// Whether each run of percent-encodings is UTF-8 by itself: a sequence can't go on in what is not encoded.
    private static func isUTF8(_ octets: [Octet]) -> Bool {
        String(validating: octets.map(\.value), as: UTF8.self) != nil
    }

    /// The octets; `nil` when a `%` is not followed by two hexadecimal digits.
    private static func decode(_ bytes: [UInt8]) -> [Octet]? {
        var octets: [Octet] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                octets.append(Octet(value: bytes[index], isEncoded: false))
                index += 1
                continue
            }
            guard index + 2 < bytes.count, isHexadecimal(bytes[index + 1]), isHexadecimal(bytes[index + 2]),
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            else { return nil }
            octets.append(Octet(value: value, isEncoded: true))
            index += 3
        }
        return octets
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        "0123456789abcdefABCDEF".utf8.contains(byte)
    }
}
