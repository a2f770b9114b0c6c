/// Horizontal bars with their labels and numbers.
struct BarPlot {
    private let values: [(label: String, count: Int)]

    private static let width = 880.0
    private static let rowHeight = 26.0
    private static let labelWidth = 360.0
    private static let numberWidth = 80.0
    private static let longestLabel = 54

    init(_ values: [(label: String, count: Int)]) { self.values = values }

    var svg: String {
        let height = Self.rowHeight * Double(values.count)
        let most = Double(max(values.map(\.count).max() ?? 1, 1))
        var text = "<svg viewBox=\"0 0 \(SVG.number(Self.width)) \(SVG.number(height))\" role=\"img\">\n"
        for (index, value) in values.enumerated() {
            let top = Self.rowHeight * Double(index)
            let room = Self.width - Self.labelWidth - Self.numberWidth
            let length = max(room * Double(value.count) / most, 1)
            let baseline = SVG.number(top + 17)
            text += "<g><title>\(HTMLPage.escaped(value.label)): \(value.count)</title>"
            text += "<text x=\"\(SVG.number(Self.labelWidth - 10))\" y=\"\(baseline)\" text-anchor=\"end\">"
            text += "\(HTMLPage.escaped(Self.shortened(value.label)))</text>"
            text += "<rect class=\"bar\" x=\"\(SVG.number(Self.labelWidth))\" y=\"\(SVG.number(top + 4))\" "
            text += "width=\"\(SVG.number(length))\" height=\"18\" rx=\"2\"/>"
            text += "<text x=\"\(SVG.number(Self.labelWidth + length + 8))\" y=\"\(baseline)\">"
            text += "\(HTMLPage.grouped(value.count))</text></g>\n"
        }
        return text + "</svg>\n"
    }

    private static func shortened(_ label: String) -> String {
        label.count <= longestLabel ? label : "\(label.prefix(longestLabel - 1))…"
    }
}

/// Stacked bars over time.
struct TimePlot {
    private let buckets: [(start: Int64, counts: [Int])]
    private let width: Int64
    /// The kinds that have a colour of their own, by their index in the counts; the rest is one more.
    private let shown: [Int]
    private let labels: [String]

    private static let plotWidth = 880.0
    private static let plotHeight = 260.0
    private static let left = 56.0
    private static let right = 8.0
    private static let top = 12.0
    private static let bottom = 34.0
    /// There are so many colours besides that of the rest.
    private static let colours = 6

    /// - Parameter order: The kinds from the most frequent on.
    init(_ timeline: AuditTimeline, order: [String]) {
        buckets = timeline.buckets
        width = timeline.width
        shown = order.prefix(Self.colours).compactMap { timeline.kinds.firstIndex(of: $0) }
        labels = timeline.kinds
    }

    var legend: [(kind: Int, label: String)] {
        let named = shown.enumerated().map { (kind: $0, label: labels[$1]) }
        return labels.count > shown.count ? named + [(kind: Self.colours, label: "other")] : named
    }

    /// The counts of a bucket in the order in which they are stacked.
    private func stack(_ counts: [Int]) -> [(kind: Int, count: Int)] {
        let named = shown.enumerated().map { (kind: $0, count: counts[$1]) }
        let rest = counts.reduce(0, +) - named.reduce(0) { $0 + $1.count }
        return (named + [(kind: Self.colours, count: rest)]).filter { $0.count > 0 }
    }

    var svg: String {
        let most = buckets.map { $0.counts.reduce(0, +) }.max() ?? 1
        let step = Self.niceStep(most)
        let ceiling = Double(max((most + step - 1) / step, 1) * step)
        let height = Self.plotHeight - Self.top - Self.bottom
        let room = Self.plotWidth - Self.left - Self.right
        let slot = room / Double(max(buckets.count, 1))
        var text = "<svg viewBox=\"0 0 \(SVG.number(Self.plotWidth)) \(SVG.number(Self.plotHeight))\" role=\"img\">\n"
        for value in stride(from: 0, through: Int(ceiling), by: step) {
            let y = Self.top + height * (1 - Double(value) / ceiling)
            text +=
                "<line class=\"grid\" x1=\"\(SVG.number(Self.left))\" x2=\"\(SVG.number(Self.plotWidth - Self.right))\" "
            text += "y1=\"\(SVG.number(y))\" y2=\"\(SVG.number(y))\"/>"
            text +=
                "<text class=\"soft\" text-anchor=\"end\" x=\"\(SVG.number(Self.left - 8))\" y=\"\(SVG.number(y + 4))\">"
            text += "\(HTMLPage.grouped(value))</text>\n"
        }
        for (index, bucket) in buckets.enumerated() {
            let x = Self.left + slot * Double(index)
            text += bar(bucket, x: x, width: max(slot - min(slot * 0.15, 2), 0.5), height: height, ceiling: ceiling)
        }
        return text + axis(slot: slot) + "</svg>\n"
    }

    private func bar(
        _ bucket: (start: Int64, counts: [Int]),
        x: Double,
        width: Double,
        height: Double,
        ceiling: Double
    ) -> String {
        let parts = stack(bucket.counts)
        guard !parts.isEmpty else { return "" }
        let numbers = parts.map { part in
            "\(part.kind == Self.colours ? "other" : labels[shown[part.kind]]) \(part.count)"
        }
        let title = "\(AuditReport.time(bucket.start * 1_000_000)): \(numbers.joined(separator: ", "))"
        var text = "<g><title>\(HTMLPage.escaped(title))</title>"
        var below = 0
        for part in parts {
            below += part.count
            let y = Self.top + height * (1 - Double(below) / ceiling)
            text += "<rect class=\"k\(part.kind)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
            text += "width=\"\(SVG.number(width))\" height=\"\(SVG.number(height * Double(part.count) / ceiling))\"/>"
        }
        return text + "</g>\n"
    }

    private func axis(slot: Double) -> String {
        guard let first = buckets.first, let last = buckets.last else { return "" }
        // Round times, so that there are no more than seven labels.
        let step = AuditTimeline.widths.first { $0 >= width && (last.start - first.start) / $0 < 7 } ?? width
        // The date where days differ, the time where bars are shorter than a day, seconds where they are needed.
        let spansDays = first.start / 86_400 != last.start / 86_400
        var text = ""
        for index in buckets.indices where buckets[index].start.isMultiple(of: step) {
            let time = AuditReport.time(buckets[index].start * 1_000_000)
            let day = String(time.prefix(10))
            let clock = String(time.dropFirst(11).prefix(width < 60 ? 8 : 5))
            let label = width >= 86_400 ? day : spansDays ? "\(day.dropFirst(5)) \(clock)" : clock
            let x = Self.left + slot * Double(index)
            text += "<text class=\"soft\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(Self.plotHeight - 12))\">"
            text += "\(HTMLPage.escaped(label))</text>\n"
        }
        return text
    }

    /// The step between grid lines: 1, 2 or 5 times a power of ten, so that there are four or five of them.
    static func niceStep(_ most: Int) -> Int {
        var power = 1
        while true {
            for factor in [1, 2, 5] where factor * power * 5 >= most { return factor * power }
            power *= 10
        }
    }
}

enum SVG {
    /// A number with at most two digits after the point.
    static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = abs(hundredths) % 100
        let whole = "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)"
        guard fraction > 0 else { return whole }
        return "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
