/// Sizes as the configuration writes them: a whole number of bytes, or with `KiB`, `MiB` or `GiB`.
public enum ByteSize {
    private static let units: [(suffix: String, scale: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// The number of bytes that a text says.
    ///
    /// - Throws: ``ValueProblem`` when it says none, or more than fits.
    public static func parse(_ text: String) throws(ValueProblem) -> Int {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let suffix = text[digits.endIndex...]
        let scale = suffix.isEmpty ? 1 : units.first { $0.suffix == suffix }?.scale
        guard !digits.isEmpty, let scale else {
            throw ValueProblem("\"\(text)\" is not a size", help: "write it like 4096, 64KiB, 1MiB or 1GiB")
        }
        guard let count = Int(digits), case let (value, false) = count.multipliedReportingOverflow(by: scale) else {
            throw ValueProblem("the size \(text) is too large")
        }
        return value
    }

    /// A number of bytes as the configuration writes it, in the largest unit that has no fraction.
    public static func text(_ bytes: Int) -> String {
        for unit in units where bytes != 0 && bytes.isMultiple(of: unit.scale) {
            return "\(bytes / unit.scale)\(unit.suffix)"
        }
        return "\(bytes)"
    }
}
