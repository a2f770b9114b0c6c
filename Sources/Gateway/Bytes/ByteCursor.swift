import HTTP1
import NIOCore

/// Writes bytes one behind the other into memory of a known size.
///
/// Heads are written through it: the room that a head can take is known before, so `ByteBuffer`'s checks for uniqueness
/// and growth are made once for a head and not once for a piece of it. Writing past the end stops the process rather
/// than write elsewhere.
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
    mutating func append(_ bytes: Span<UInt8>, _ range: ByteRange) {
        bytes.withUnsafeBytes { append(UnsafeRawBufferPointer(rebasing: $0[range.range])) }
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
        var rest = UInt(value.magnitude)
        if value < 0 { append(UInt8(ascii: "-")) }
        var divisor: UInt = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: rest / divisor) &+ UInt8(ascii: "0"))
            rest %= divisor
            divisor /= 10
        }
    }
}

extension ByteBuffer {
    /// Writes through a cursor over at least `room` writable bytes.
    @inline(__always)
    mutating func write(room: Int, _ body: (inout ByteCursor) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: max(1, room)) { memory in
            var cursor = ByteCursor(memory)
            body(&cursor)
            return cursor.count
        }
    }
}

/// The pieces of `Span` that `Array` and `ByteBuffer` have and it lacks.
extension Span where Element == UInt8 {
    /// The bytes of a range as an array.
    func array(_ range: ByteRange) -> [UInt8] { array(range.range) }

    /// The bytes of a range as an array.
    func array(_ range: Range<Int>) -> [UInt8] {
        withUnsafeBytes { Array($0[range]) }
    }
}
