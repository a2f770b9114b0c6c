import Testing

@testable import Audit

@Suite struct AuditStringEscapeTests {
    /// Each byte, at each place of a text that is looked at eight bytes at a time, with others like it behind it.
    @Test func plainTextEndsAtTheFirstByteThatIsEscaped() {
        for byte in UInt8.min...UInt8.max {
            let isPlain = 0x20..<0x7F ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            for place in 0..<20 {
                for tail in [[], [byte], Array("\u{7F}\"\\é".utf8), [UInt8](repeating: 0xFF, count: 9)] {
                    let text = Array("abcdefghijklmnopqrst~ !#[]".utf8.prefix(place)) + [byte] + tail
                    let length = AuditStringEscape.plainLength(of: text.span)
                    #expect(isPlain ? length > place : length == place, "\(byte) at \(place)")
                }
            }
        }
    }

    @Test func plainTextMayHaveAnyLength() {
        for length in 0..<40 {
            let text = [UInt8](repeating: UInt8(ascii: "~"), count: length)
            #expect(AuditStringEscape.plainLength(of: text.span) == length)
        }
    }
}
