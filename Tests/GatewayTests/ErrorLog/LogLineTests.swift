import GatewayConfig
import Logging
import Testing

@testable import Gateway

@Suite("Lines of the gateway's own log")
struct LogLineTests {
    private static let line = LogLine(
        timeMicroseconds: 1_796_082_680_123_456,
        level: .warning,
        message: "a \"word\"\nand \u{1B}[31m\u{9B}more",
        members: [("address", "127.0.0.1:80"), ("error", "no = sign"), ("empty", "")]
    )

    private func text(_ format: LogConfiguration.Format, forJournal: Bool = false) -> String {
        String(decoding: Self.line.text(format, forJournal: forJournal), as: UTF8.self)
    }

    @Test("JSON has date, time and zone, and nothing that a terminal obeys")
    func json() {
        let expected =
            #"{"time":"2026-11-30T23:51:20.123456Z","level":"warning","message":"a \"word\"\u000aand \u001b[31m\u009bmore","#
            + #""address":"127.0.0.1:80","error":"no = sign","empty":""}"# + "\n"
        #expect(text(.json) == expected)
    }

    @Test("logfmt quotes what isn't a plain word")
    func logfmt() {
        let expected =
            #"time=2026-11-30T23:51:20.123456Z level=warning message="a \"word\"\u000aand \u001b[31m\u009bmore" "#
            + #"address=127.0.0.1:80 error="no = sign" empty="""# + "\n"
        #expect(text(.logfmt) == expected)
    }

    @Test("The form for people is one line too")
    func pretty() {
        let expected =
            #"2026-11-30T23:51:20.123456Z WARNING  a "word"\u000aand \u001b[31m\u009bmore "#
            + #"address=127.0.0.1:80 error="no = sign" empty="""# + "\n"
        #expect(text(.pretty) == expected)
    }

    @Test(
        "journald is told the priority",
        arguments: [
            (.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
        ] as [(Logger.Level, Int)]
    )
    func priorities(level: Logger.Level, number: Int) {
        let line = LogLine(timeMicroseconds: 0, level: level, message: "x")
        let text = String(decoding: line.text(.logfmt, forJournal: true), as: UTF8.self)
        #expect(text == "<\(number)>time=1970-01-01T00:00:00.000000Z level=\(level.rawValue) message=x\n")
    }
}
