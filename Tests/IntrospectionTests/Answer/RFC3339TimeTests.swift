import Foundation
import TestSupport
import Testing

@testable import Introspection

@Suite struct RFC3339TimeTests {
    private func seconds(_ text: String, _ rounding: RFC3339Time.Rounding = .down) -> Int64? {
        RFC3339Time.seconds(Array(text.utf8), rounding: rounding)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:59z", 59), ("2000-02-29t12:00:00Z", 951_825_600),
        ("2026-11-24T08:20:46Z", 1_795_508_446), ("2026-11-24T09:20:46+01:00", 1_795_508_446),
        ("2026-11-23T22:50:46-09:30", 1_795_508_446), ("1970-01-01T01:00:00+01:00", 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("2026-11-24T08:20:46.999999999999Z", 1_795_508_446),
    ])
    func readsTimes(text: String, expected: Int64) {
        #expect(seconds(text) == expected)
    }

    @Test func aFractionCountsWhenItIsRoundedUp() {
        #expect(seconds("1970-01-01T00:00:01.000Z", .up) == 1)
        #expect(seconds("1970-01-01T00:00:01.001Z", .up) == 2)
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T08:20:46", "2026-11-24 08:20:46Z", "2026-11-24T08:20Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2016-12-31T23:59:60Z", "2026-11-24T08:20:46.Z",
        "2026-11-24T08:20:46,5Z", "2026-11-24T08:20:46+24:00", "2026-11-24T08:20:46+0100", "2026-11-24T08:20:46ZZ",
        "+2026-11-24T08:20:46Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "２026-11-24T08:20:46Z",
    ])
    func refusesOtherTexts(text: String) {
        #expect(seconds(text) == nil)
    }

    @Test func agreesWithFoundation() {
        var generator = SeededGenerator(seed: 7)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2000 {
            let moment = Int64.random(in: 0...253_402_300_799, using: &generator)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(moment)))
            #expect(seconds(text) == moment, "\(text)")
        }
    }
}
