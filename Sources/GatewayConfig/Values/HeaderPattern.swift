import HTTP1

/// A name of header fields, or with `*` behind it how names begin.
public struct HeaderPattern: Hashable, Sendable, CustomStringConvertible {
    private static let maximumLength = 64

    /// The pattern as it was written.
    public let description: String
    /// The name or its beginning, in lower case.
    private let text: [UInt8]
    private let isPrefix: Bool

    /// Reads a pattern.
    public init(parsing pattern: String) throws(ValueProblem) {
        let isPrefix = pattern.hasSuffix("*")
        let name = isPrefix ? String(pattern.dropLast()) : pattern
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isName, !name.isEmpty, name.utf8.count <= Self.maximumLength else {
            throw ValueProblem(
                "\"\(pattern.prefix(Self.maximumLength))\" is neither the name of a header field nor how names begin",
                help:
                    "letters, digits and hyphens, at most \(Self.maximumLength), and * behind what may go on: X-Tenant-*"
            )
        }
        description = pattern
        text = Array(name.lowercased().utf8)
        self.isPrefix = isPrefix
    }

    /// The name, where it is one.
    var name: String? { isPrefix ? nil : String(decoding: text, as: UTF8.self) }

    /// Whether a name is this one, or begins like this; ASCII case aside.
    public func matches(_ name: Span<UInt8>) -> Bool {
        guard isPrefix ? name.count >= text.count : name.count == text.count else { return false }
        for index in text.indices {
            let byte = name[index]
            let lowercased = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
            if lowercased != text[index] { return false }
        }
        return true
    }
}
