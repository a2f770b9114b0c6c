/// What names and values of fields have to be (RFC 9113 §8.2.1).
enum FieldRules {
    /// Controls are what could end a line of HTTP/1.1 or hide a part of it.
    static func checkValue(_ value: [UInt8]) throws(RequestFieldError) {
        if let first = value.first, isWhitespace(first) { throw .invalidValue }
        if let last = value.last, isWhitespace(last) { throw .invalidValue }
        // Bytes above 0x7F pass as they do in HTTP/1.1 (RFC 9110 §5.5).
        for byte in value where (byte < 0x20 && byte != 0x09) || byte == 0x7F { throw .invalidValue }
    }

    static func checkName(_ name: [UInt8]) throws(RequestFieldError) {
        let isUppercase = name.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard !name.isEmpty, !isUppercase, name.allSatisfy(isToken) else { throw .invalidName }
    }

    /// RFC 9110 §5.6.2, tchar.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Anything but controls, space and what isn't ASCII.
    static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// The fields behind a body (RFC 9113 §8.1), which nobody gets, but which have to be good all the same.
public enum TrailerFields {
    /// Checks a field.
    public static func check(name: [UInt8], value: [UInt8]) throws(RequestFieldError) {
        guard name.first != UInt8(ascii: ":") else { throw .misplacedPseudoField }
        try FieldRules.checkName(name)
        guard !FieldText.connectionFields.contains(name) else { throw .connectionField }
        try FieldRules.checkValue(value)
    }
}
