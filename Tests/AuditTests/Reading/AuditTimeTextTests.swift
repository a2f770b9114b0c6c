import Testing

@testable import Audit

@Suite struct AuditTimeTextTests {
    /// 2026-11-24T08:30:15.250000Z
    private static let now: Int64 = 1_795_509_015_250_000

    @Test(arguments: [
        ("now", "2026-11-24T08:30:15.250000Z"), ("today", "2026-11-24T00:00:00.000000Z"),
        ("Yesterday", "2026-11-23T00:00:00.000000Z"), ("2h", "2026-11-24T06:30:15.250000Z"),
        ("90m", "2026-11-24T07:00:15.250000Z"), ("15s", "2026-11-24T08:30:00.250000Z"),
        ("1d", "2026-11-23T08:30:15.250000Z"), ("1w", "2026-11-17T08:30:15.250000Z"),
        ("2 hours ago", "2026-11-24T06:30:15.250000Z"), ("1 day ago", "2026-11-23T08:30:15.250000Z"),
        ("3d ago", "2026-11-21T08:30:15.250000Z"), ("2026-11-24", "2026-11-24T00:00:00.000000Z"),
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"), ("2026-11-24T08:30", "2026-11-24T08:30:00.000000Z"),
        ("2026-11-24 08:30:01", "2026-11-24T08:30:01.000000Z"), ("2026-11-24T08:30:01Z", "2026-11-24T08:30:01.000000Z"),
        ("2026-11-24t08:30:01.5z", "2026-11-24T08:30:01.500000Z"),
        ("2026-11-24T08:30:01.123456789Z", "2026-11-24T08:30:01.123456Z"),
        ("2026-11-24T08:30:01+01:00", "2026-11-24T07:30:01.000000Z"),
        ("2026-11-24T08:30-05:30", "2026-11-24T14:00:00.000000Z"), ("@0", "1970-01-01T00:00:00.000000Z"),
        ("@1795509015", "2026-11-24T08:30:15.000000Z"),
    ])
    func isUnderstood(text: String, expected: String) throws {
        let time = try #require(AuditTimeText.parse(text, now: Self.now))
        var rendered: [UInt8] = []
        RFC3339.append(microseconds: time, to: &rendered)
        #expect(String(decoding: rendered, as: UTF8.self) == expected)
        #expect(RFC3339.parse(rendered) == time)
    }

    @Test(arguments: [
        "", " ", "h", "2", "2x", "-2h", "2h ago ago", "ago", "tomorrow", "2026", "2026-11", "2026-13-01", "2026-00-01",
        "2026-11-31", "2025-02-29", "2026-11-24T", "2026-11-24T25:00", "2026-11-24T08:60", "2026-11-24T08:30:61",
        "2026-11-24T08:30:01.", "2026-11-24T08:30:01Zx", "2026-11-24T08:30:01+1:00", "2026-11-24T08:30+24:00",
        "26-11-24", "@", "@x", "@99999999999999999999", "9999999999h", "２h",
    ])
    func isNoTime(text: String) {
        #expect(AuditTimeText.parse(text, now: Self.now) == nil)
    }

    @Test func noDayIsTakenForAnother() {
        for day in stride(from: Int64(-800_000), to: 3_000_000, by: 13) {
            var text: [UInt8] = []
            RFC3339.append(microseconds: day * 86_400_000_000, to: &text)
            guard day >= -719_528, day < 2_932_897 else { continue }
            #expect(RFC3339.parse(text) == day * 86_400_000_000)
        }
    }
}
