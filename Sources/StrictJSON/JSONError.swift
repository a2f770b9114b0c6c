/// Why a text is not acceptable JSON (RFC 8259), and where.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
        /// The text ends inside a value, or holds none.
        case unexpectedEnd
        /// A byte that the grammar doesn't allow at its place.
        case unexpectedByte
        /// Something other than white space follows the value.
        case trailingBytes
        /// The text begins with a byte order mark (RFC 8259 §8.1 lets a reader refuse it).
        case byteOrderMark
        /// A string holds bytes that aren't UTF-8.
        case invalidUTF8
        /// A string holds an unescaped control character.
        case controlCharacter
        /// A backslash is followed by something that isn't an escape.
        case invalidEscape
        /// A `\u` escape names half of a surrogate pair only.
        case loneSurrogate
        /// A number isn't written as RFC 8259 §6 says: a leading zero, a bare dot, an empty exponent.
        case invalidNumber
        /// Objects and arrays are nested deeper than the limit.
        case tooDeep
        /// An object has two members of one name.
        case duplicateMember
    }

    /// What is wrong.
    public let kind: Kind
    /// The offset in bytes from the start of the text, from 0 to its length.
    public let offset: Int

    /// An error of a kind at an offset.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// The error in words. It never quotes the text, which may hold secrets.
    public var description: String {
        let problem =
            switch kind {
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedByte: "unexpected byte"
            case .trailingBytes: "something follows the value"
            case .byteOrderMark: "byte order mark"
            case .invalidUTF8: "invalid UTF-8"
            case .controlCharacter: "unescaped control character in a string"
            case .invalidEscape: "invalid escape"
            case .loneSurrogate: "lone surrogate"
            case .invalidNumber: "invalid number"
            case .tooDeep: "nested too deeply"
            case .duplicateMember: "duplicate member"
            }
        return "\(problem) at byte \(offset)"
    }
}
