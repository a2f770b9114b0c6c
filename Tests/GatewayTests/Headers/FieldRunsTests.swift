import HTTP1
import NIOCore
import Testing

@testable import Gateway

@Suite("FieldRuns and ConnectionNominations")
struct FieldRunsTests {
    /// Every choice of what is kept of eight lines gives just those lines, without white space around their values.
    @Test func everyChoice() throws {
        let lines = ["Host: h", "A: 1", "Bb:22", "C:", "Dddd: \t4 ", "E: five", "F: ", "G:\tsix"].map { "\($0)\r\n" }
        let tidy = ["Host: h", "A: 1", "Bb:22", "C:", "Dddd: 4", "E: five", "F:", "G: six"].map { "\($0)\r\n" }
        let request = try ParsedRequest("GET / HTTP/1.1\r\n\(lines.joined())\r\n")
        for choice in 0..<1 << lines.count {
            var buffer = ByteBuffer()
            buffer.write(room: 256) { cursor in
                var runs = FieldRuns()
                for (index, field) in request.head.fields.enumerated() {
                    if choice >> index & 1 == 1 {
                        runs.keep(field, request.bytes.span, to: &cursor)
                    } else {
                        runs.drop(lineStart: Int(field.nameRange.start), request.bytes.span, to: &cursor)
                    }
                }
                runs.finish(headEnd: request.head.byteCount, request.bytes.span, to: &cursor)
            }
            let expected = tidy.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element).joined()
            #expect(buffer.text == expected)
        }
    }

    @Test(arguments: [
        ([], [], true), (["close"], [], true), (["keep-alive, CLOSE", "Keep-Alive"], [], true), ([""], [], true),
        ([",, ,"], [], true), (["x-a"], ["X-A"], false), (["close, X-A", "x-b"], ["X-A", "X-B"], false),
        (["x-a,x-b"], ["X-A", "X-B"], false), (["x-"], [], false), (["x-a1"], [], false),
    ])
    func nominations(_ values: [String], _ named: [String], _ isEmpty: Bool) throws {
        let connections = values.map { "Connection: \($0)\r\n" }.joined()
        let request = try ParsedRequest("GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\(connections)X-B: 2\r\n\r\n")
        let nominations = ConnectionNominations(request.head.fields, in: request.bytes.span)
        #expect(nominations.isEmpty == isEmpty)
        for field in request.head.fields where field.name == .other {
            let name = String(decoding: request.bytes[field.nameRange.range], as: UTF8.self)
            let isNamed = nominations.names(field, in: request.bytes.span)
            #expect(isNamed == named.contains(name), "\(name)")
        }
    }
}
