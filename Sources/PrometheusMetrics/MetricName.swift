/// Names as Prometheus wants them, from those of swift-metrics, which may have dots and other signs.
enum MetricName {
    /// The name of a metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    static func plain(_ label: String) -> String { sanitised(label, allowsColon: true) }

    /// The name of a counter, which ends in `_total`.
    static func counter(_ label: String) -> String { ending(plain(label), in: "_total") }

    /// The name of a distribution of durations, which ends in `_seconds`.
    static func timer(_ label: String) -> String { ending(plain(label), in: "_seconds") }

    /// Labels: `[a-zA-Z_][a-zA-Z0-9_]*`.
    static func labels(_ dimensions: [(String, String)]) -> [(String, String)] {
        dimensions.map { (sanitised($0.0, allowsColon: false), $0.1) }
    }

    private static func ending(_ name: String, in suffix: String) -> String {
        name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func sanitised(_ text: String, allowsColon: Bool) -> String {
        var result = String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                case ":" where allowsColon: ":"
                default: "_"
                }
            }
        )
        if result.isEmpty || result.first?.isNumber == true { result = "_" + result }
        return result
    }
}
