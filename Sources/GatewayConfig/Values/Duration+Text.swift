extension Duration {
    /// The duration in nanoseconds, at the nearest end of the range when it does not fit.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isOver) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard isTooLong || isOver else { return sum }
        return seconds < 0 ? .min : .max
    }

    /// Reads a duration as the configuration writes it: a whole number and `ms`, `s`, `m` or `h`.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else or the duration does not fit 64 bits of nanoseconds.
    public init(configurationText text: String) throws(ValueProblem) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let scale: Int64? =
            switch text[digits.endIndex...] {
            case "ms": 1_000_000
            case "s": 1_000_000_000
            case "m": 60_000_000_000
            case "h": 3_600_000_000_000
            default: nil
            }
        guard !digits.isEmpty, let scale else {
            throw ValueProblem("\"\(text)\" is not a duration", help: "write it like 250ms, 10s, 5m or 1h")
        }
        guard let count = Int64(digits), case let (value, false) = count.multipliedReportingOverflow(by: scale) else {
            throw ValueProblem("the duration \(text) is too long")
        }
        self = .nanoseconds(value)
    }

    /// The duration as the configuration writes it, in the largest unit that has no fraction; rounded to milliseconds.
    public var configurationText: String {
        let milliseconds = nanoseconds / 1_000_000
        let units: [(scale: Int64, suffix: String)] = [(3_600_000, "h"), (60_000, "m"), (1000, "s")]
        for unit in units where milliseconds != 0 && milliseconds % unit.scale == 0 {
            return "\(milliseconds / unit.scale)\(unit.suffix)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
