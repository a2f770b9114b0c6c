import Foundation
import Testing

@testable import Gateway

@Suite("HTTPDate")
struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func known(_ seconds: Int64, _ text: String) {
        var date = HTTPDate()
        #expect(date.at(seconds: seconds) == Array(text.utf8))
    }

    @Test func asFoundationSays() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var random = SplitMix(seed: 5)
        var date = HTTPDate()
        for _ in 0..<2000 {
            let seconds = Int64.random(in: 0...253_402_300_799, using: &random)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(String(decoding: date.at(seconds: seconds), as: UTF8.self) == expected)
        }
    }

    /// What is kept from one call to the next never outlives its second, also when the clock goes back.
    @Test func anewEachSecond() {
        var date = HTTPDate()
        for (seconds, ending) in [(10, "10"), (10, "10"), (11, "11"), (10, "10"), (11, "11"), (12, "12")] {
            let text = String(decoding: date.at(seconds: Int64(seconds)), as: UTF8.self)
            #expect(text == "Thu, 01 Jan 1970 00:00:\(ending) GMT")
            #expect(date.text == Array(text.utf8))
        }
    }
}
