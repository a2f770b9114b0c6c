/// A JSON value to be written (RFC 8259).
public enum JSONOutput: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation
{
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Any number; one that JSON has no way to write is `null`.
    case real(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONOutput])
    /// An object, its members in this order.
    case object([(String, JSONOutput)])
    /// JSON that is written already.
    case raw([UInt8])

    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A list.
    public init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }

    /// A value that was read; numbers stay as they were written.
    public init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let number): self = .raw(number.text)
        case .string(let bytes): self = .raw(JSONQuoting.quoted(bytes))
        case .array(let elements): self = .array(elements.map(JSONOutput.init))
        case .object(let object):
            self = .object(object.members.map { (String(decoding: $0.name, as: UTF8.self), JSONOutput($0.value)) })
        }
    }

    /// A count.
    public static func count(_ value: some BinaryInteger) -> JSONOutput { .integer(Int64(clamping: value)) }
    /// A text, or `null`.
    public static func optional(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }
    /// A list of texts.
    public static func strings(_ values: some Sequence<String>) -> JSONOutput { .array(values.map { .string($0) }) }

    /// The value in one line.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        append(to: &result)
        return result
    }

    private func append(to result: inout [UInt8]) {
        switch self {
        case .null: result += "null".utf8
        case .bool(let value): result += (value ? "true" : "false").utf8
        case .integer(let value): result += "\(value)".utf8
        case .real(let value): result += (value.isFinite ? "\(value)" : "null").utf8
        case .string(let text): JSONQuoting.append(text, to: &result)
        case .raw(let bytes): result += bytes
        case .array(let elements):
            result.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                element.append(to: &result)
            }
            result.append(UInt8(ascii: "]"))
        case .object(let members):
            result.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                JSONQuoting.append(member.0, to: &result)
                result.append(UInt8(ascii: ":"))
                member.1.append(to: &result)
            }
            result.append(UInt8(ascii: "}"))
        }
    }
}
