/// The fields of a head or of trailers, decoded: their bytes one behind the other, as they came or will go.
public struct FieldSection: Equatable, Sendable {
    /// What a field counts for besides its name and value (RFC 9113 §6.5.2).
    public static let fieldOverhead = 32

    private(set) var bytes: [UInt8] = []
    /// Where names and values end, by turns.
    private var ends: [Int32] = []
    /// It had more than it may have, and what it had is gone.
    public private(set) var isTooLarge = false

    /// A section without fields.
    public init() {}

    /// How many fields there are.
    public var count: Int { ends.count / 2 }

    /// The name of a field.
    public func name(at index: Int) -> [UInt8] { Array(bytes[nameRange(at: index)]) }

    /// The value of a field.
    public func value(at index: Int) -> [UInt8] { Array(bytes[valueRange(at: index)]) }

    /// Where the name of a field stands in ``bytes``.
    func nameRange(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[2 * index - 1]))..<Int(ends[2 * index])
    }

    /// Where the value of a field stands in ``bytes``.
    func valueRange(at index: Int) -> Range<Int> { Int(ends[2 * index])..<Int(ends[2 * index + 1]) }

    /// Adds a field.
    public mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
        name.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        ends.append(Int32(bytes.count))
        value.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        ends.append(Int32(bytes.count))
    }

    /// Makes room for some fields and bytes.
    public mutating func reserve(fields: Int, bytes count: Int) {
        ends.reserveCapacity(2 * fields)
        bytes.reserveCapacity(count)
    }

    /// Adds a field.
    public mutating func add(name: [UInt8], value: [UInt8]) { add(name: name.span, value: value.span) }

    /// Gives up what it has: it is too large.
    mutating func exceed() {
        isTooLarge = true
        bytes = []
        ends = []
    }
}
