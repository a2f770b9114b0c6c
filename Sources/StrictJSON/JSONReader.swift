/// A strict pull reader of JSON (RFC 8259) over bytes, one token at a time, without allocation.
///
/// It refuses a byte order mark, invalid UTF-8, lone surrogates, control characters in strings, numbers that the
/// grammar doesn't have, too deep nesting, and anything after the value. It does not remember member names: that an
/// object has no two of one name is checked by ``JSONValue/init(parsing:maximumDepth:)``.
///
/// The reader holds no bytes: every call to ``next(in:)`` is given the same ones.
public struct JSONReader: Sendable {
    /// One step of a JSON text.
    public enum Token: Hashable, Sendable {
        /// `{`
        case beginObject
        /// `}`
        case endObject
        /// `[`
        case beginArray
        /// `]`
        case endArray
        /// The name of a member; its value follows.
        case name(JSONText)
        /// A string that is a value.
        case string(JSONText)
        /// A number: the offsets of its text.
        case number(Range<Int>)
        /// `true` or `false`
        case bool(Bool)
        /// `null`
        case null
        /// The value is complete and nothing but white space follows. Repeated calls give it again.
        case end
    }

    private enum Expectation {
        case value
        case valueOrEndArray
        case name
        case nameOrEndObject
        case commaOrClose
        case nothing
    }

    /// The offset of the next byte to read.
    public private(set) var offset = 0
    /// How many objects and arrays are open.
    public private(set) var depth = 0
    private var expectation = Expectation.value
    /// One bit per open container, the innermost lowest: 1 for an object, 0 for an array.
    private var containers: UInt64 = 0
    private let maximumDepth: Int

    /// The deepest nesting that a reader accepts unless told otherwise.
    public static let defaultMaximumDepth = 32

    /// A reader at the start of a text. `maximumDepth` is from 0 (scalars only) to 64, and clamped to that.
    public init(maximumDepth: Int = Self.defaultMaximumDepth) {
        self.maximumDepth = min(max(maximumDepth, 0), UInt64.bitWidth)
    }

    /// The next token of `bytes`. After an error the reader must not be used again.
    public mutating func next(in bytes: Span<UInt8>) throws(JSONError) -> Token {
        if offset == 0, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
        skipWhiteSpace(in: bytes)
        if expectation == .commaOrClose, offset < bytes.count, bytes[offset] == UInt8(ascii: ",") {
            offset += 1
            expectation = isInObject ? .name : .value
            skipWhiteSpace(in: bytes)
        }
        guard offset < bytes.count else {
            guard expectation == .nothing else { throw JSONError(.unexpectedEnd, at: offset) }
            return .end
        }
        let byte = bytes[offset]
        switch expectation {
        case .nothing:
            throw JSONError(.trailingBytes, at: offset)
        case .commaOrClose:
            return try close(byte)
        case .valueOrEndArray where byte == UInt8(ascii: "]"), .nameOrEndObject where byte == UInt8(ascii: "}"):
            return try close(byte)
        case .value, .valueOrEndArray:
            return try value(byte, in: bytes)
        case .name, .nameOrEndObject:
            return try name(byte, in: bytes)
        }
    }

    private var isInObject: Bool { containers & 1 == 1 }

    private mutating func skipWhiteSpace(in bytes: Span<UInt8>) {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private mutating func name(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Token {
        guard byte == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: offset) }
        let text = try JSONScanner.string(in: bytes, at: offset)
        offset = text.range.upperBound + 1
        skipWhiteSpace(in: bytes)
        guard offset < bytes.count else { throw JSONError(.unexpectedEnd, at: offset) }
        guard bytes[offset] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: offset) }
        offset += 1
        expectation = .value
        return .name(text)
    }

    private mutating func value(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Token {
        let token: Token
        switch byte {
        case UInt8(ascii: "{"):
            try open(isObject: true)
            return .beginObject
        case UInt8(ascii: "["):
            try open(isObject: false)
            return .beginArray
        case UInt8(ascii: "\""):
            let text = try JSONScanner.string(in: bytes, at: offset)
            offset = text.range.upperBound + 1
            token = .string(text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let range = try JSONScanner.number(in: bytes, at: offset)
            offset = range.upperBound
            token = .number(range)
        case UInt8(ascii: "t"):
            offset = try JSONScanner.literal("true", in: bytes, at: offset)
            token = .bool(true)
        case UInt8(ascii: "f"):
            offset = try JSONScanner.literal("false", in: bytes, at: offset)
            token = .bool(false)
        case UInt8(ascii: "n"):
            offset = try JSONScanner.literal("null", in: bytes, at: offset)
            token = .null
        default:
            throw JSONError(.unexpectedByte, at: offset)
        }
        finishValue()
        return token
    }

    private mutating func open(isObject: Bool) throws(JSONError) {
        guard depth < maximumDepth else { throw JSONError(.tooDeep, at: offset) }
        depth += 1
        containers = containers << 1 | (isObject ? 1 : 0)
        expectation = isObject ? .nameOrEndObject : .valueOrEndArray
        offset += 1
    }

    private mutating func close(_ byte: UInt8) throws(JSONError) -> Token {
        let closesObject = isInObject
        guard byte == (closesObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw JSONError(.unexpectedByte, at: offset)
        }
        offset += 1
        depth -= 1
        containers >>= 1
        finishValue()
        return closesObject ? .endObject : .endArray
    }

    private mutating func finishValue() {
        expectation = depth == 0 ? .nothing : .commaOrClose
    }
}
