/// A JSON pointer (RFC 6901): the way to a value inside of a JSON text, as in `/data/key/scopes`.
public struct JSONPointer: Hashable, Sendable {
    /// Why a text is not a JSON pointer.
    public enum Problem: Error, Hashable, Sendable {
        /// It is not empty and doesn't begin with `/`.
        case missingSlash
        /// A `~` that neither `0` nor `1` follows.
        case invalidEscape
    }

    /// What a pointer leads to.
    public enum Target: Hashable, Sendable {
        /// A value, perhaps `null`.
        case value(JSONValue)
        /// Nothing: a member or an element on the way is missing, or `null`.
        case absent
        /// A value on the way is neither an object nor an array.
        case blocked
    }

    /// The names and indices on the way, unescaped.
    public let tokens: [[UInt8]]

    /// The pointer to a member of the outermost object.
    public init(member: String) {
        tokens = [Array(member.utf8)]
    }

    /// Reads a pointer.
    ///
    /// - Throws: ``Problem``
    public init(parsing text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else {
            tokens = []
            return
        }
        guard first == UInt8(ascii: "/") else { throw .missingSlash }
        var tokens: [[UInt8]] = []
        for token in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            tokens.append(try Self.unescaped(token))
        }
        self.tokens = tokens
    }

    private static func unescaped(_ token: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
        var result: [UInt8] = []
        var bytes = token.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "~") else {
                result.append(byte)
                continue
            }
            switch bytes.next() {
            case UInt8(ascii: "0"): result.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): result.append(UInt8(ascii: "/"))
            default: throw .invalidEscape
            }
        }
        return result
    }

    /// Follows the pointer from a value on.
    public func target(in value: JSONValue) -> Target {
        var current = value
        for token in tokens {
            switch current {
            case .object(let object):
                guard let next = object[token] else { return .absent }
                current = next
            case .array(let elements):
                guard let index = Self.index(token), index < elements.count else { return .absent }
                current = elements[index]
            case .null: return .absent
            case .string, .number, .bool: return .blocked
            }
        }
        return .value(current)
    }

    /// An index is decimal digits without a leading zero (RFC 6901 §4).
    private static func index(_ token: [UInt8]) -> Int? {
        guard let first = token.first, token.count <= 9, first != UInt8(ascii: "0") || token.count == 1 else {
            return nil
        }
        var index = 0
        for byte in token {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            index = index * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return index
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The pointer as RFC 6901 §3 writes it.
    public var description: String {
        tokens.map { "/" + Self.escaped(String(decoding: $0, as: UTF8.self)) }.joined()
    }

    /// What messages call the value: a member of the outermost object by its own name, anything else by the pointer.
    public var name: String {
        switch tokens.count {
        case 0: "(the whole answer)"
        case 1: String(decoding: tokens[0], as: UTF8.self)
        default: description
        }
    }

    private static func escaped(_ token: String) -> String {
        token.reduce(into: "") { result, character in
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.append(character)
            }
        }
    }
}

extension JSONPointer.Problem: CustomStringConvertible {
    /// The problem in words.
    public var description: String {
        switch self {
        case .missingSlash: "a JSON pointer (RFC 6901) begins with \"/\""
        case .invalidEscape: "in a JSON pointer (RFC 6901) \"~\" is written ~0, and \"/\" inside of a name ~1"
        }
    }
}
