/// What all checks of a backend found.
public struct ProbeReport: Encodable, Sendable {
    /// The backend, as it was named.
    public let backend: String
    /// The resource that all spellings were compared with.
    public let path: String
    /// The status that it has.
    public let status: Int
    /// The routes of the map.
    public let routes: Int
    /// How many findings there are.
    public let findings: Int
    /// How many checks can't be told.
    public let unclear: Int
    /// What each check found.
    public let checks: [ProbeResult]

    /// A report.
    public init(backend: String, _ context: ProbeContext, _ results: [ProbeResult]) {
        self.backend = backend
        path = context.settings.path.target
        status = context.baseline.resource.status
        routes = context.map.map.routes.count
        findings = results.filter { $0.verdict == .finding }.count
        unclear = results.filter { $0.verdict == .unclear }.count
        checks = results
    }

    /// How many requests that get through are shown for a check.
    private static let shown = 3

    /// The report as rows: the verdict, the check, and what is to say.
    public var rows: [(verdict: ProbeResult.Verdict?, label: String, text: String)] {
        checks.flatMap { check in
            var rows: [(ProbeResult.Verdict?, String, String)] = [(check.verdict, check.check, check.seen)]
            if let gateway = check.gateway { rows[0].2 += "; \(gateway)" }
            for each in check.letsThrough.prefix(Self.shown) { rows.append((nil, "lets through", each.description)) }
            if check.letsThrough.count > Self.shown {
                rows.append((nil, "", "and \(check.letsThrough.count - Self.shown) more; see --format json"))
            }
            if let closedBy = check.closedBy { rows.append((nil, "closed by", closedBy)) }
            return rows
        }
    }

    /// The report in a line.
    public var summary: String {
        let skipped = checks.filter { $0.verdict == .skipped }.count
        return "\(findings) \(findings == 1 ? "finding" : "findings")"
            + (unclear > 0 ? ", \(unclear) can't be told" : "") + (skipped > 0 ? ", \(skipped) not asked" : "")
    }
}
