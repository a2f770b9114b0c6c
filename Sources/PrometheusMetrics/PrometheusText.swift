/// Prometheus' text exposition format, version 0.0.4.
public enum PrometheusText {
    /// The media type of the format.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Metrics in the format, in their order; those without a series are left out.
    public static func render(_ families: [MetricFamily]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(families.count * 256)
        for family in families where !family.samples.isEmpty { append(family, to: &text) }
        return text
    }

    private static func append(_ family: MetricFamily, to text: inout [UInt8]) {
        text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n".utf8
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
        for sample in family.samples {
            switch sample.value {
            case .integer(let value): line(family.name, labels(sample.labels), "\(value)", to: &text)
            case .real(let value): line(family.name, labels(sample.labels), number(value), to: &text)
            case .histogram(let figures): append(figures, family.name, sample.labels, to: &text)
            }
        }
    }

    private static func append(
        _ figures: HistogramFigures,
        _ name: String,
        _ own: [(name: String, value: String)],
        to text: inout [UInt8]
    ) {
        var sum: UInt64 = 0
        for (index, count) in figures.counts.enumerated() {
            sum &+= count
            let bounds = figures.buckets.bounds
            let bound = index < bounds.count ? number(Double(bounds[index]) / 1e9) : "+Inf"
            line("\(name)_bucket", labels(own + [("le", bound)]), "\(sum)", to: &text)
        }
        line("\(name)_sum", labels(own), number(Double(figures.sum) / 1e9), to: &text)
        line("\(name)_count", labels(own), "\(sum)", to: &text)
    }

    private static func line(_ name: String, _ labels: String, _ value: String, to text: inout [UInt8]) {
        text += name.utf8
        text += labels.utf8
        text.append(UInt8(ascii: " "))
        text += value.utf8
        text.append(UInt8(ascii: "\n"))
    }

    private static func labels(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{\(labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ","))}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
