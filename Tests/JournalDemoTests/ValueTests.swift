import Foundation
import SimpleHTTP
import Testing

@testable import JournalDemo

@Suite("Times and JSON")
struct ValueTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1994-11-06T08:49:37Z", 784_111_777),
            ("2000-02-29T23:59:59.999Z", 951_868_799),
            ("2026-01-15T12:00:00+00:00", 1_768_478_400), ("2026-01-15T06:30:00-05:30", 1_768_478_400),
            ("1969-12-31T23:59:59z", -1),
        ] as [(String, Int64)]
    )
    func timestampsAreRead(text: String, seconds: Int64) {
        #expect(Timestamp(parsing: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2026-01-15", "2026-01-15T12:00:00", "2026-01-15 12:00:00Z", "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z",
        "2026-01-15T24:00:00Z", "2026-01-15T12:60:00Z", "2026-01-15T12:00:00.Z", "2026-01-15T12:00:00+0100",
        "2026-01-15T12:00:00+24:00", "+026-01-15T12:00:00Z", "２026-01-15T12:00:00Z", "2026-01-15T12:00:00ZZ",
    ])
    func otherTextsAreNoTimestamps(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func timesAreWritten() {
        let time = Timestamp(seconds: 784_111_777)
        #expect(time.text == "1994-11-06T08:49:37Z")
        #expect(time.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Timestamp(seconds: -1).text == "1969-12-31T23:59:59Z")
    }

    @Test(arguments: [
        "null", "true", "0", "-7", "9223372036854775807", "1.5", "1e300", "\"\"", "\"a\\\"\\\\\\n\\u0001é😀\"", "[]",
        "{}",
        "[1,[2,{\"a\":null}],\"x\"]", "{\"b\":1,\"a\":{\"c\":[true,false]}}",
    ])
    func jsonIsWrittenAsFoundationReadsIt(text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(try JSONValue(parsing: value.serialized) == value)
        let ours = try JSONSerialization.jsonObject(with: Data(value.serialized), options: .fragmentsAllowed)
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        #expect(ours as? NSObject == theirs as? NSObject)
    }

    @Test func membersAreSortedAndNumbersShort() {
        let value: JSONValue = ["b": 2.0, "a": .number(.infinity), "c": 0.25]
        #expect(String(decoding: value.serialized, as: UTF8.self) == #"{"a":null,"b":2,"c":0.25}"#)
    }

    @Test(arguments: ["", "{", "nul", "01", "[1 2]", "\"\u{1}\"", "1 2", String(repeating: "[", count: 100_000)])
    func malformedJSONIsRefused(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: Array(text.utf8)) }
    }
}
