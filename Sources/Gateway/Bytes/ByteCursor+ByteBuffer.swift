import HTTP1
import NIOCore

extension ByteCursor {
    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>, _ range: ByteRange) {
        bytes.withUnsafeBytes { append(UnsafeRawBufferPointer(rebasing: $0[range.range])) }
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
