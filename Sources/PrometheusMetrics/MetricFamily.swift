/// One metric with all its series, as it stood when it was asked for.
public struct MetricFamily: Sendable {
    /// What a metric is; the names are those of the text format.
    public enum Kind: String, Sendable {
        /// Only grows; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// A distribution over fixed buckets.
        case histogram
    }

    /// The value of one series.
    public enum Value: Sendable {
        /// A whole number.
        case integer(Int64)
        /// Any number.
        case real(Double)
        /// A distribution.
        case histogram(HistogramFigures)
    }

    /// One series.
    public struct Sample: Sendable {
        /// What tells it from the other series of the metric, by name and value.
        public var labels: [(name: String, value: String)]
        /// Its value.
        public var value: Value

        /// A series.
        public init(_ value: Value, labels: [(name: String, value: String)] = []) {
            self.labels = labels
            self.value = value
        }
    }

    /// The name, with its unit, such as `scopegate_http_requests_total`.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// What it means, in one line.
    public var help: String
    /// Its series, in the order in which they are written.
    public var samples: [Sample]

    /// A metric.
    public init(_ kind: Kind, _ name: String, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A counter with one series.
    public static func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
        MetricFamily(.counter, name, help, [Sample(.integer(Int64(clamping: value)))])
    }

    /// A gauge with one series.
    public static func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        MetricFamily(.gauge, name, help, [Sample(.integer(Int64(value)))])
    }

    /// A metric with one series for each value of one label.
    public static func by(
        _ label: String,
        _ kind: Kind,
        _ name: String,
        _ help: String,
        _ values: [(String, Int64)]
    ) -> MetricFamily {
        MetricFamily(kind, name, help, values.map { Sample(.integer($0.1), labels: [(label, $0.0)]) })
    }
}
