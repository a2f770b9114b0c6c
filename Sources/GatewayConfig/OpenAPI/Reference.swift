import StrictJSON

/// Where a `$ref` leads: a file and a place in it (RFC 3986, RFC 6901 §6).
struct Reference: Hashable {
    /// The path of the file as it is written; empty for the file itself.
    let file: String
    /// The tokens of the pointer; none for the whole file.
    let tokens: [String]

    /// Reads a reference.
    init(parsing text: String) throws(ReferenceProblem) {
        let path = text.before(anyOf: "#")
        if path.before(anyOf: ":/").endIndex < path.endIndex, path.from(anyOf: ":/").begins(with: ":") {
            throw ReferenceProblem("leads to the network, which is never followed")
        }
        guard !path.begins(with: "//"), !path.holds(anyOf: "?\\") else {
            throw ReferenceProblem("leads to the network, which is never followed")
        }
        guard let file = Self.decoded(path), !file.utf8.contains(0),
            let fragment = Self.decoded(text[path.endIndex...].behind(1)),
            let pointer = try? JSONPointer(parsing: fragment)
        else { throw ReferenceProblem("is no file with a JSON pointer") }
        self.file = file
        tokens = pointer.tokens.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text without its percent-encodings (RFC 3986 §2.1).
    private static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, rest.prefix(2).allSatisfy({ Self.isHex($0) }),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
