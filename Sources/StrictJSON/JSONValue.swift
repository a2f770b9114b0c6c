/// A JSON value (RFC 8259) in memory.
public enum JSONValue: Hashable, Sendable {
    /// An object, its members in their written order.
    case object(JSONObject)
    /// An array.
    case array([JSONValue])
    /// A string: well-formed UTF-8, escapes resolved.
    case string([UInt8])
    /// A number, as written.
    case number(JSONNumber)
    /// `true` or `false`
    case bool(Bool)
    /// `null`
    case null

    /// Reads a whole text, strictly: beside what ``JSONReader`` refuses, an object with two members of one name.
    public init(
        parsing bytes: Span<UInt8>,
        maximumDepth: Int = JSONReader.defaultMaximumDepth
    ) throws(JSONError) {
        var reader = JSONReader(maximumDepth: maximumDepth)
        self = try Self.value(try reader.next(in: bytes), from: &reader, in: bytes)
        // What follows the value is read too, so that trailing bytes are found.
        _ = try reader.next(in: bytes)
    }

    /// The text of a string, or nil for anything else.
    public var string: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    // The recursion is as deep as the reader lets the text be nested.
    private static func value(
        _ token: JSONReader.Token,
        from reader: inout JSONReader,
        in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONValue {
        switch token {
        case .beginObject:
            return .object(try object(from: &reader, in: bytes))
        case .beginArray:
            var elements: [JSONValue] = []
            while true {
                let token = try reader.next(in: bytes)
                if token == .endArray { return .array(elements) }
                elements.append(try value(token, from: &reader, in: bytes))
            }
        case .string(let text):
            return .string(text.decoded(in: bytes))
        case .number(let range):
            return .number(JSONNumber(text: range.map { bytes[$0] }))
        case .bool(let value):
            return .bool(value)
        case .null:
            return .null
        case .name, .endObject, .endArray, .end:
            // The reader gives none of these where a value belongs.
            throw JSONError(.unexpectedByte, at: reader.offset)
        }
    }

    private static func object(
        from reader: inout JSONReader,
        in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONObject {
        var object = JSONObject()
        while case .name(let text) = try reader.next(in: bytes) {
            let name = text.decoded(in: bytes)
            let token = try reader.next(in: bytes)
            guard object.append(name: name, value: try value(token, from: &reader, in: bytes)) else {
                throw JSONError(.duplicateMember, at: text.range.lowerBound)
            }
        }
        return object
    }
}
