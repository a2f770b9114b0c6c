import NIOCore
import Testing

@testable import Gateway

@Suite("RequestID of a client")
struct RequestIDTests {
    @Test(arguments: ["a", "01J8Z3K5QH7D2W9XVYT4M6N0PB", "550e8400-e29b-41d4-a716-446655440000", "a/b=c:d@e~f+g_h.i-j"])
    func kept(_ text: String) throws {
        let bytes = Array(text.utf8)
        let id = try .fixed(text) as RequestID
        #expect(id.text == text)
        #expect(id.count == bytes.count)
        var buffer = ByteBuffer()
        buffer.write(room: 80) { cursor in
            cursor.append(UInt8(ascii: "<"))
            id.append(to: &cursor)
            cursor.append(UInt8(ascii: ">"))
        }
        #expect(buffer.text == "<\(text)>")
    }

    @Test func everyByte() {
        let others = Set(Array("-._~+/=:@".utf8))
        for byte in UInt8.min...UInt8.max {
            let isAlphanumeric =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            let isAllowed = isAlphanumeric || others.contains(byte)
            let bytes = [0x61, byte, 0x62]
            let inside = RequestID(bytes.span)
            #expect((inside != nil) == isAllowed, "byte \(byte)")
            let single = [byte]
            let alone = RequestID(single.span)
            #expect((alone != nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test(arguments: [(0, false), (1, true), (63, true), (64, true), (65, false), (4096, false)])
    func length(_ count: Int, _ isKept: Bool) {
        let bytes = [UInt8](repeating: 0x78, count: count)
        let id = RequestID(bytes.span)
        #expect((id != nil) == isKept)
        if let id { #expect(id.array == bytes) }
    }
}
