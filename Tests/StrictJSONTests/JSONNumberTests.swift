import StrictJSON
import Testing

@Suite struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONNumber {
        guard case .number(let number) = try JSONValue(parsing: Array(text.utf8).span) else {
            throw JSONError(.unexpectedByte, at: 0)
        }
        return number
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("0.0", 0), ("0e99999999999999999999", 0), ("1", 1), ("-1", -1), ("10", 10),
            ("1e3", 1000),
            ("1E+3", 1000), ("1000e-3", 1), ("12.50e1", 125), ("1.0", 1), ("1700000000.000", 1_700_000_000),
            ("0.0001e4", 1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775807.00", .max), ("922337203685477580.7e1", .max), ("1e18", 1_000_000_000_000_000_000),
            ("1234567890000000000000e-12", 1_234_567_890),
            ("0.00000000000000000000000000001e30", 10),
        ] as [(String, Int64?)]
    )
    func wholeNumbers(text: String, value: Int64?) throws {
        #expect(try number(text).int64 == value)
    }

    @Test(arguments: [
        "0.5", "1e-1", "1.1", "-0.1", "9223372036854775808", "-9223372036854775809", "1e19", "1e300",
        "1e999999999999999999999",
        "1e-999999999999999999999", "123456789012345678901234567890", "9223372036854775807.1", "10000000000000000000",
    ])
    func notWholeOrTooLarge(text: String) throws {
        #expect(try number(text).int64 == nil)
    }

    @Test func doubles() throws {
        #expect(try number("0.1").double == 0.1)
        #expect(try number("-1.5e-3").double == -0.0015)
        #expect(try number("1e308").double == 1e308)
        #expect(try number("1e309").double == nil)
        #expect(try number("-1e999999").double == nil)
        #expect(try number("1e-999").double == 0)
        #expect(try number("1.50").text == Array("1.50".utf8))
    }
}
