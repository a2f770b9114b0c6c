/// How long the backend keeps an idle connection.
struct KeepAliveCheck: ProbeCheck {
    let name = "keep-alive"

    func steps(_ context: ProbeContext) -> [ProbeStep] {
        let request = ProbeRequest(context.settings.path.target)
        return [ProbeStep(request, .idle(milliseconds: context.settings.idleMilliseconds))]
    }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        guard let observation = seen.first, let answer = observation.answers.first else {
            return ProbeResult(name, .unclear, seen.first?.problem ?? "no answer")
        }
        let said = answer.keepAliveSeconds.map { " (it says \($0) s)" } ?? ""
        guard let idle = observation.idleMilliseconds else {
            return ProbeResult(name, .no, "longer than \(Self.text(context.settings.idleMilliseconds))\(said)")
        }
        guard answer.keepsConnection else { return ProbeResult(name, .no, "each connection ends with its answer") }
        let pool = context.settings.poolIdleMilliseconds
        var result = ProbeResult(name, .no, "an idle connection ends after \(Self.text(idle))\(said)")
        // The gateway goes by what the backend says, a second less.
        if let seconds = answer.keepAliveSeconds, (seconds - 1) * 1000 < min(idle, pool) { return result }
        guard pool >= idle else { return result }
        result.verdict = .finding
        result.gateway =
            "scopegate keeps one for \(Self.text(pool)), and may send a request in the moment in which it ends"
        result.closedBy = "upstream: {pool: {idle_timeout: \(max(10, idle / 2 / 10 * 10))ms}}"
        return result
    }

    /// Milliseconds as seconds with a decimal.
    static func text(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
