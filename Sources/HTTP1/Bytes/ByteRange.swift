/// A half-open range of byte offsets, counted from the start of the span that was parsed.
///
/// Offsets are 32 bits wide so that a field line stays small; spans given to this module must be shorter than 4 GiB.
public struct ByteRange: Equatable, Hashable, Sendable {
    /// The offset of the first byte.
    public var start: UInt32
    /// The offset after the last byte; never less than `start`.
    public var end: UInt32

    /// Makes a range from 32-bit offsets.
    public init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }

    /// Makes a range from offsets in `0...UInt32.max`.
    public init(_ start: Int, _ end: Int) {
        self.init(start: UInt32(start), end: UInt32(end))
    }

    /// The number of bytes.
    public var count: Int { Int(end) - Int(start) }
    /// Whether there are no bytes.
    public var isEmpty: Bool { start == end }
    /// The same range with `Int` bounds, as `Span.extracting` takes it.
    public var range: Range<Int> { Int(start)..<Int(end) }

    static let empty = ByteRange(start: 0, end: 0)
}
