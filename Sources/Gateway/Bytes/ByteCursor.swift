/// Writes bytes one behind the other into memory of a known size.
///
/// Heads and lines of logs are written through it: the room that they can take is known before, so the checks of
/// `ByteBuffer` and `Array` for uniqueness and growth are made once and not once for each piece. Writing past the end
/// stops the process rather than write elsewhere.
struct ByteCursor {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        // A writable view of at least one byte always has a base.
        self.base = memory.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
        self.capacity = memory.baseAddress == nil ? 0 : memory.count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < capacity)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(bytes.count <= capacity &- count)
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    @inline(__always)
    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: UInt64(value.magnitude))
    }

    /// Appends a number with spaces before it, up to a width of 20 at most.
    mutating func append(decimal value: UInt64, width: Int = 0) {
        // As many digits as there can be.
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: " "))
        var first = digits.count
        var rest = value
        repeat {
            first &-= 1
            digits[first] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(min(first, digits.count - width)..<digits.count))
    }

    /// Appends the bytes of two words as they lie in memory.
    @inline(__always)
    mutating func append(_ words: (UInt64, UInt64)) {
        precondition(16 <= capacity &- count)
        base.storeBytes(of: words.0, toByteOffset: count, as: UInt64.self)
        base.storeBytes(of: words.1, toByteOffset: count &+ 8, as: UInt64.self)
        count &+= 16
    }
}
