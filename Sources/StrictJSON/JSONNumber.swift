/// A JSON number, kept as it was written (RFC 8259 §6), so that no digit is lost.
public struct JSONNumber: Hashable, Sendable {
    /// The text of the number. Two numbers are equal when their texts are.
    public let text: [UInt8]

    init(text: [UInt8]) {
        self.text = text
    }

    /// The value when it is a whole number from -2^63 to 2^63 - 1, however it is written (`1e3` and `10.0` are), else
    /// nil.
    public var int64: Int64? {
        var digits: [UInt8] = []
        var fractionDigits = 0
        var isFraction = false
        var index = text.first == UInt8(ascii: "-") ? 1 : 0
        let isNegative = index == 1
        while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
            if text[index] == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(text[index] - UInt8(ascii: "0"))
                fractionDigits += isFraction ? 1 : 0
            }
            index += 1
        }
        var scale = exponent(from: index) - fractionDigits
        while digits.last == 0 {
            digits.removeLast()
            scale += 1
        }
        let significant = digits.drop { $0 == 0 }
        guard !significant.isEmpty else { return 0 }
        // The last digit isn't zero, so a negative scale leaves a fraction. The largest Int64 has 19 digits.
        guard scale >= 0, scale <= 19, significant.count + scale <= 19 else { return nil }
        var value: Int64 = 0
        for digit in significant + [UInt8](repeating: 0, count: scale) {
            // The value is built below zero, where there is room for one number more than above.
            let (shifted, overflowsShifted) = value.multipliedReportingOverflow(by: 10)
            let (next, overflows) = shifted.subtractingReportingOverflow(Int64(digit))
            guard !overflowsShifted, !overflows else { return nil }
            value = next
        }
        guard !isNegative else { return value }
        return value == .min ? nil : -value
    }

    /// The nearest finite double, or nil when the number is too large for one.
    public var double: Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The exponent whose `e` is at `index`, or 0 when there is none; held within bounds that no sum can overflow.
    private func exponent(from index: Int) -> Int {
        guard index < text.count else { return 0 }
        var isNegative = false
        var value = 0
        for byte in text[(index + 1)...] {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): break
            default: value = min(value * 10 + Int(byte - UInt8(ascii: "0")), Int.max / 100)
            }
        }
        return isNegative ? -value : value
    }
}
