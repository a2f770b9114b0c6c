import StrictJSON
import Testing

@Suite("Writing JSON")
struct JSONOutputTests {
    private func text(_ value: JSONOutput) -> String { String(decoding: value.bytes, as: UTF8.self) }

    @Test func values() {
        #expect(
            text(.object([("a", 1), ("b", nil), ("c", [true, "x\"\n"])])) == #"{"a":1,"b":null,"c":[true,"x\"\u000a"]}"#
        )
        #expect(text(.real(0.5)) == "0.5")
        #expect(text(.real(.nan)) == "null")
        #expect(text(.count(UInt64.max)) == "9223372036854775807")
        #expect(text(.optional(nil)) == "null")
        #expect(text(.array([.raw(Array("{}".utf8)), .strings(["a"])])) == #"[{},["a"]]"#)
        #expect(text(.object([])) == "{}")
    }

    @Test func whatWasReadIsWrittenAgain() throws {
        let text = #"{"a":1e3,"b":[null,true,-0.50],"ü":"x\"\u000a"}"#
        #expect(self.text(JSONOutput(try JSONValue(parsing: Array(text.utf8).span))) == text)
    }

    @Test func isReadBack() throws {
        let value = JSONOutput.object([("ü\u{1}", .real(1e-7)), ("n", .count(-3))])
        guard case .object(let object) = try JSONValue(parsing: value.bytes.span) else {
            Issue.record("no object")
            return
        }
        #expect(object.members.count == 2)
    }
}
