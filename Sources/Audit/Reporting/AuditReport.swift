/// What a report tells of a log.
public struct AuditReport {
    /// Who and what was refused most.
    public private(set) var top = AuditTop()
    /// What a shadow map would have decided differently: method and route, both outcomes.
    public private(set) var shadow = AuditTally()
    /// Refusals over time by reason.
    public private(set) var timeline = AuditTimeline()
    /// What a check of the whole log found; nil when there was none.
    public var verification: AuditVerification?
    /// Whether all of the log could be read.
    public var isWhole = true
    /// What the report is about, such as the path of the log.
    public var title: String
    /// When it was made, in microseconds since 1970.
    public var madeAt: Int64

    /// Nothing yet.
    public init(title: String, madeAt: Int64) {
        self.title = title
        self.madeAt = madeAt
    }

    /// Takes a record in.
    public mutating func add(_ line: AuditLine) {
        if let other = line.raw(.shadowCode) { return addShadow(line, other) }
        top.count(line)
        if let time = line.timeMicroseconds, let code = line.raw(.code) { timeline.count(time, code) }
    }

    private mutating func addShadow(_ line: AuditLine, _ other: UnsafeRawBufferPointer) {
        let route = line.raw(.template) ?? line.raw(.shadowTemplate) ?? line.raw(.path)
        let before = [line.raw(.method), route, line.raw(.code), line.raw(.requiredScope)]
        let after = [other, line.raw(.shadowRequiredScope)]
        let sides = [before, after].map { $0.compactMap(\.self).map(Array.init).joined(separator: [UInt8(ascii: " ")]) }
        Array(sides.joined(separator: Array(" → ".utf8))).withUnsafeBytes { shadow.count($0) }
    }

    /// The page: one file, with its plots in it and nothing to be loaded.
    public func html() -> String {
        var page = HTMLPage()
        page.begin(title: "Audit of \(title)")
        page.heading("Refused requests", subtitle: subtitle)
        page.facts(facts)
        if !isWhole { page.paragraph("Parts of the log could not be read: what they hold is not in this report.") }
        if let verification { page.verification(verification) }
        bars(&page, "What the shadow map would decide otherwise", shadow)
        guard top.total > 0 else {
            page.paragraph("There are no records in this time.")
            return page.end()
        }
        let plot = TimePlot(timeline, order: AuditTop.top(top.reasons, 6).map(\.label))
        page.figure(
            "Over time",
            note: "UTC, \(Self.duration(timeline.width)) a bar",
            svg: plot.svg,
            legend: plot.legend
        )
        bars(&page, "By scope that was missing", top.scopes)
        bars(&page, "By key", top.keys)
        bars(&page, "By route", top.routes)
        bars(&page, "By client", top.clients)
        bars(&page, "By reason", top.reasons)
        return page.end()
    }

    private func bars(_ page: inout HTMLPage, _ heading: String, _ tally: AuditTally) {
        let values = AuditTop.top(tally, 15)
        guard !values.isEmpty else { return }
        let more = tally.distinct - values.count
        var notes: [String] = []
        if more > 0 { notes.append("and \(more) more") }
        if tally.uncertainty > 0 { notes.append("counts may be too low by \(tally.uncertainty)") }
        page.figure(heading, note: notes.joined(separator: "; "), svg: BarPlot(values).svg, legend: [])
    }

    private var subtitle: String {
        guard let range = timeline.range else { return title }
        return "\(title): \(Self.time(range.lowerBound)) to \(Self.time(range.upperBound)), UTC"
    }

    private var facts: [(String, String)] {
        [
            ("refusals", HTMLPage.grouped(top.total)), ("keys", HTMLPage.grouped(top.keys.distinct)),
            ("clients", HTMLPage.grouped(top.clients.distinct)), ("routes", HTMLPage.grouped(top.routes.distinct)),
            ("report made", Self.time(madeAt)),
        ]
    }

    static func time(_ microseconds: Int64) -> String {
        var text: [UInt8] = []
        RFC3339.append(microseconds: microseconds, to: &text)
        return String(decoding: text.prefix(19), as: UTF8.self).replacing("T", with: " ")
    }

    static func duration(_ seconds: Int64) -> String {
        for (unit, name) in [(86_400, "day"), (3600, "hour"), (60, "minute")] as [(Int64, String)]
        where seconds.isMultiple(of: unit) {
            return seconds == unit ? "1 \(name)" : "\(seconds / unit) \(name)s"
        }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }
}
