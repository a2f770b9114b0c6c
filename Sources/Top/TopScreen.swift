/// What `scopegate top` shows: figures, then what was refused last, in the lines that there are.
public struct TopScreen {
    private let state: TopState
    private let address: String
    private let width: Int
    private let height: Int?
    private let isHeld: Bool

    /// - Parameters:
    ///   - address: Where the gateway's admin listener is.
    ///   - width: The columns that there are.
    ///   - height: The lines that there are; nil when there is no end of them.
    ///   - isHeld: It doesn't change until somebody lets it.
    public init(_ state: TopState, address: String, width: Int, height: Int?, isHeld: Bool = false) {
        self.state = state
        self.address = address
        self.width = max(width, 20)
        self.height = height
        self.isHeld = isHeld
    }

    /// The lines, none longer than the width and not more than the height.
    public func lines(isColoured: Bool) -> [String] {
        let top = heading + problems
        var lines = top + figures
        lines += operations
        if height.map({ $0 > lines.count + 2 }) ?? true { lines += denials(height.map { $0 - lines.count - 2 }) }
        return lines.prefix(height ?? .max).map { $0.rendered(columns: width, isColoured: isColoured) }
    }

    private static let labelWidth = 15
    private static let valueWidth = 11

    private var heading: [TerminalText] {
        var line = TerminalText("scopegate top", .bold)
        line.add("  \(address)")
        if let sample = state.samples.last {
            line.add("  \(Self.timeOfDay(sample.time)) UTC  generation \(sample.generation)")
        }
        let isReady = !state.checks.contains { $0.state == "failing" }
        let isWell = state.checks.allSatisfy { $0.state == "ok" }
        if state.problem != nil {
            line.add("  no answer", .redBold)
        } else if !state.checks.isEmpty {
            line.add(isReady ? "  ready" : "  not ready", isWell ? .green : isReady ? .yellow : .redBold)
        }
        if isHeld { line.add("  held; space goes on", .yellow) }
        return [line]
    }

    private var problems: [TerminalText] {
        var lines = state.checks.filter { $0.state != "ok" }.map { check in
            let reason = check.reason.map { ": \($0)" } ?? ""
            return TerminalText("\(check.name) \(check.state)\(reason)", check.state == "failing" ? .red : .yellow)
        }
        if let problem = state.problem { lines.append(TerminalText(problem, .red)) }
        return lines
    }

    private var figures: [TerminalText] {
        guard let sample = state.samples.last else { return [TerminalText(), TerminalText("no figures yet", .dim)] }
        let share = sample.requests.perSecond > 0 ? sample.denied.perSecond / sample.requests.perSecond : nil
        var lines = [
            TerminalText(),
            rate("Requests", sample.requests, "\(sample.inFlight) in flight, \(sample.connections) connections") {
                $0.requests.perSecond
            },
            rate(
                "Denied",
                sample.denied,
                share.map { "\(Quantity.percent($0)) % of requests" } ?? "no requests",
                sample.denied.perSecond > 0 ? .yellow : .plain
            ) { $0.denied.perSecond },
        ]
        if sample.undecided.total > 0 {
            lines.append(
                rate("Undecided", sample.undecided, "\(sample.undecided.total) in all") { $0.undecided.perSecond }
            )
        }
        lines.append(
            rate(
                "5xx",
                sample.failed,
                "\(sample.failed.total) in all",
                sample.failed.perSecond > 0 ? .red : .plain
            ) { $0.failed.perSecond }
        )
        return lines + [
            quantiles("Latency", sample.latency), quantiles("First byte", sample.firstByte),
            row(
                "Cache hits",
                "\(Quantity.percent(sample.hitRate)) %",
                "\(sample.cacheEntries) known keys, \(sample.negativeEntries) refused ones"
            ),
            introspection(sample),
            row(
                "Backend",
                "\(sample.upstreamConnections)",
                "connections, \(sample.upstreamIdle) idle, \(sample.upstreamWaiting) requests waiting"
            ),
            row("Audit", "\(sample.auditRecords)", "records, \(sample.auditWaiting) waiting"),
            row(
                "Process",
                "\(Quantity.amount(sample.processorPercent)) %",
                "of a processor, \(Quantity.megabytes(sample.memoryBytes))"
            ),
        ]
    }

    private func row(
        _ label: String,
        _ value: String,
        _ note: String,
        _ style: TerminalText.Style = .bold
    ) -> TerminalText {
        var line = TerminalText()
        line.add(label, columns: Self.labelWidth, .dim)
        line.add(value, columns: Self.valueWidth, alignRight: true, style)
        line.add("  \(note)")
        return line
    }

    /// A rate with its course, as long as there is room for it.
    private func rate(
        _ label: String,
        _ count: TopSample.Count,
        _ note: String,
        _ style: TerminalText.Style = .plain,
        _ value: (TopSample) -> Double
    ) -> TerminalText {
        let isPlain = style == .plain
        var line = row(label, "\(Quantity.amount(count.perSecond)) /s", note, isPlain ? .bold : style)
        let start = Self.labelWidth + Self.valueWidth + 2 + 32
        guard width >= start + 10 else { return line }
        line.move(to: start)
        let columns = min(width - start, 60)
        line.add(Sparkline.text(state.samples.map(value), columns: columns), isPlain ? .cyan : style)
        return line
    }

    private func quantiles(_ label: String, _ quantiles: TopSample.Quantiles) -> TerminalText {
        let note = "p90 \(Quantity.amount(quantiles.p90))  p99 \(Quantity.amount(quantiles.p99)) ms"
        return row(label, "p50 \(Quantity.amount(quantiles.p50))", note)
    }

    private func introspection(_ sample: TopSample) -> TerminalText {
        let isWell = sample.breaker == "closed"
        let style: TerminalText.Style =
            isWell
            ? (sample.callFailures.perSecond > 0 ? .yellow : .green) : sample.breaker == "open" ? .redBold : .yellow
        let calls = "\(Quantity.amount(sample.calls.perSecond)) calls/s"
        let failed = "\(Quantity.amount(sample.callFailures.perSecond)) failed/s"
        return row(
            "Introspection",
            isWell ? "healthy" : sample.breaker.replacing("_", with: " "),
            "\(calls), \(failed), \(sample.callsRunning) running, \(sample.callsWaiting) waiting",
            style
        )
    }

    /// The last reload or revocation.
    private var operations: [TerminalText] {
        state.operations.prefix(1).map { record in
            var line = TerminalText()
            line.add("Last operation", columns: Self.labelWidth, .dim)
            line.add("  \(record.timeOfDay) \(record.event)")
            switch record.event {
            case "reload":
                let isApplied = record.outcome == "applied"
                line.add(" \(record.outcome ?? "?")", isApplied ? .green : .red)
                line.add(", generation \(record.generation.map(String.init) ?? "?"), by \(record.trigger ?? "?")")
                if let problem = record.problem { line.add(": \(problem)") }
            case "revocation":
                let target = [record.key, record.subject].compactMap(\.self).joined(separator: " ")
                line.add(" of \(target): \(record.count ?? 0) forgotten")
            default: break
            }
            return line
        }
    }

    private func denials(_ most: Int?) -> [TerminalText] {
        guard !state.denials.isEmpty else { return [TerminalText(), TerminalText("No denials yet.", .dim)] }
        let shown = state.denials.prefix(most ?? .max)
        let columns = [
            Column("TIME", 8, \.timeOfDay), Column("STATUS", 6) { $0.status.map(String.init) ?? "" },
            Column("REASON", 18) { $0.code ?? "" }, Column("MISSING", 16) { $0.requiredScope ?? "" },
            Column("KEY", 16) { $0.key ?? "-" }, Column("CLIENT", 15) { $0.client ?? "-" },
        ]
        // The request is what matters most: what there is no room for beside it is left out.
        let room = max(0, width - 32)
        var used = 0
        let fitting = columns.prefix { column in
            used += column.width + 2
            return used <= room
        }
        var head = TerminalText()
        for column in fitting { head.add("\(column.name)", columns: column.width + 2, .dim) }
        head.add("REQUEST", .dim)
        let rows = shown.map { record in
            var line = TerminalText()
            for column in fitting {
                let style: TerminalText.Style =
                    column.name == "STATUS" ? (record.status ?? 0 >= 500 ? .red : .yellow) : .plain
                line.add(column.value(record), columns: column.width, style)
                line.add("  ")
            }
            line.add([record.method, record.path].compactMap(\.self).joined(separator: " "))
            return line
        }
        return [TerminalText(), head] + rows
    }

    private struct Column {
        let name: String
        let width: Int
        let value: (TopRecord) -> String

        init(_ name: String, _ width: Int, _ value: @escaping (TopRecord) -> String) {
            self.name = name
            self.width = width
            self.value = value
        }
    }

    /// The time of day in UTC.
    static func timeOfDay(_ time: Double) -> String {
        let second = Int(max(0, time)) % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }
}
