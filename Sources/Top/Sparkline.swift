/// A row of bars, as high as values are.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The last values in so many columns, the newest to the right. Zero is a space, and the largest value a full bar.
    static func text(_ values: some BidirectionalCollection<Double>, columns: Int) -> String {
        let shown = values.suffix(columns)
        guard let largest = shown.max(), largest > 0 else { return String(repeating: " ", count: max(0, columns)) }
        let text = shown.map { value -> Character in
            guard value > 0 else { return " " }
            return bars[min(bars.count - 1, Int(value / largest * Double(bars.count)))]
        }
        return String(repeating: " ", count: columns - text.count) + String(text)
    }
}
