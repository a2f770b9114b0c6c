/// Numbers in few characters.
enum Quantity {
    /// A number with as many digits as say something: `0.048`, `0.25`, `7.30`, `12.5`, `1204`; `-` for none.
    static func amount(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "-" }
        if value == value.rounded() || abs(value) >= 100 { return "\(Int64(clamping: value.rounded()))" }
        return decimal(value, digits: abs(value) >= 10 ? 1 : abs(value) >= 0.1 ? 2 : 3)
    }

    /// A share of one in percent, with one digit behind the point; what isn't all doesn't look like all.
    static func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "-" }
        if share < 1, share > 0.999 { return "99.9" }
        let value = share * 100
        return value == value.rounded() ? "\(Int64(clamping: value))" : decimal(value, digits: 1)
    }

    /// Bytes in millions.
    static func megabytes(_ bytes: Int64) -> String { decimal(Double(bytes) / 1e6, digits: 1) + " MB" }

    /// A time in its largest unit: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`; 0 for one before its beginning.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.05: "0 s"
        case ..<10: "\(decimal(seconds, digits: 1)) s"
        case ..<60: "\(Int64(clamping: seconds)) s"
        case ..<3600: "\(Int64(clamping: seconds / 60)) min"
        case ..<86_400: "\(Int64(clamping: seconds / 3600)) h"
        default: "\(Int64(clamping: seconds / 86_400)) d"
        }
    }

    private static func decimal(_ value: Double, digits: Int) -> String {
        let unit: Int64 = digits == 1 ? 10 : digits == 2 ? 100 : 1000
        let scaled = Int64(clamping: (abs(value) * Double(unit)).rounded())
        let fraction = String(scaled % unit)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled / unit).\(zeros)\(fraction)"
    }
}

extension Int64 {
    /// The nearest whole number there is.
    fileprivate init(clamping value: Double) {
        self = value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
    }
}
