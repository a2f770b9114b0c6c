import HTTP1
import NIOCore
import Testing

@testable import Gateway

@Suite("ByteCursor")
struct ByteCursorTests {
    @Test func pieces() {
        var buffer = ByteBuffer(string: "<")
        let bytes = Array("0123456789".utf8)
        buffer.write(room: 64) { cursor in
            #expect(cursor.count == 0)
            cursor.append("static")
            cursor.append(UInt8(ascii: "|"))
            cursor.append(Array("array".utf8))
            cursor.append(bytes.span.extracting(2..<4))
            cursor.append(bytes.span, ByteRange(4, 7))
            // Nothing adds nothing.
            cursor.append([])
            cursor.append("")
            cursor.append(bytes.span, ByteRange(3, 3))
            cursor.append(UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(cursor.count == 17)
        }
        #expect(buffer.text == "<static|array23456")
    }

    @Test(arguments: [
        0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 65_535, 1_000_000, 999_999_999_999, -1, -10, -909, .max, .min,
    ])
    func decimal(_ value: Int) {
        var buffer = ByteBuffer()
        buffer.write(room: 20) { $0.append(decimal: value) }
        #expect(buffer.text == String(value))
    }

    @Test func decimalsInARow() {
        for value in 0...2048 {
            var buffer = ByteBuffer()
            buffer.write(room: 4) { $0.append(decimal: value) }
            #expect(buffer.text == String(value))
        }
    }

    @Test func roomIsMade() {
        var buffer = ByteBuffer()
        for size in [0, 1, 100, 5000, 100_000] {
            buffer.write(room: size) { $0.append([UInt8](repeating: 0x61, count: size)) }
        }
        #expect(buffer.readableBytes == 105_101)
        #expect(buffer.readableBytesView.allSatisfy { $0 == 0x61 })
    }

    @Test func arrayOfARange() {
        let bytes = Array("abcdef".utf8)
        let middle = bytes.span.array(ByteRange(2, 5))
        let none = bytes.span.array(ByteRange(6, 6))
        #expect(middle == Array("cde".utf8))
        #expect(none == [])
    }

    /// Writing past the end stops the process rather than write elsewhere.
    @Test func neverPastTheEnd() async {
        await #expect(processExitsWith: .failure) {
            withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { memory in
                var cursor = ByteCursor(memory)
                cursor.append("12345")
            }
        }
        await #expect(processExitsWith: .failure) {
            withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { memory in
                var cursor = ByteCursor(memory)
                for digit in 0..<5 as Range<UInt8> { cursor.append(digit) }
            }
        }
        await #expect(processExitsWith: .failure) {
            var cursor = ByteCursor(UnsafeMutableRawBufferPointer(start: nil, count: 0))
            cursor.append(UInt8(0))
        }
        await #expect(processExitsWith: .success) {
            withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { memory in
                var cursor = ByteCursor(memory)
                cursor.append("1234")
            }
        }
    }
}
