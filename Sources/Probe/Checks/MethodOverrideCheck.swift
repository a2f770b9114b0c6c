/// Whether the backend obeys another method than that of the request line.
struct MethodOverrideCheck: ProbeCheck {
    let name = "method override"

    /// Where the other method stands.
    private enum Carrier: Equatable {
        case field(String)
        case query
        case form

        var name: String {
            switch self {
            case .field(let name): name
            case .query: "_method in the query"
            case .form: "_method in the form"
            }
        }
    }

    private struct Trial {
        let carrier: Carrier
        let request: ProbeRequest
        /// The method that is asked for instead; `nil` for one that nobody knows.
        let wanted: String?
    }

    private static let fields = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
    private static let unknown = "SCOPEGATEPROBE"

    private func trials(_ context: ProbeContext) -> [Trial] {
        let carriers = Self.fields.map { Carrier.field($0) } + [.query]
        var trials: [Trial] = []
        let target = context.settings.path.target
        for carrier in carriers {
            for wanted in ["OPTIONS", nil] {
                let request = Self.request(ProbeRequest(target), carrier, wanted ?? Self.unknown)
                trials.append(Trial(carrier: carrier, request: request, wanted: wanted))
            }
        }
        guard let write = context.settings.writePath?.target else { return trials }
        for carrier in carriers + [.form] {
            for wanted in ["GET", "OPTIONS"] {
                let request = Self.request(context.settings.write(write), carrier, wanted)
                trials.append(Trial(carrier: carrier, request: request, wanted: wanted))
            }
        }
        return trials
    }

    private static func request(_ plain: ProbeRequest, _ carrier: Carrier, _ method: String) -> ProbeRequest {
        var request = plain
        switch carrier {
        case .field(let name): request.fields.append(ProbeField(name, method))
        case .query: request.target += (request.target.contains("?") ? "&" : "?") + "_method=\(method)"
        case .form: request.body = Array("_method=\(method)".utf8)
        }
        return request
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] { trials(context).map { ProbeStep($0.request) } }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        var obeyed: [Trial] = []
        var unclear: String?
        var told = false
        for (trial, observation) in zip(trials(context), seen) {
            guard let answer = observation.answers.first else {
                unclear = observation.problem
                continue
            }
            switch obeys(trial, answer, context) {
            case true?: obeyed.append(trial)
            case false?: told = true
            case nil: break
            }
        }
        guard !obeyed.isEmpty else {
            if told, unclear == nil { return ProbeResult(name, .no, note(context)) }
            return ProbeResult(name, .unclear, unclear ?? "GET and OPTIONS get answers that nothing tells apart")
        }
        return result(obeyed, context)
    }

    private func note(_ context: ProbeContext) -> String {
        context.settings.writePath == nil
            ? "not with GET; POST was not asked (--allow-writes)" : "neither with GET nor with POST"
    }

    /// Whether an answer is that of the other method; `nil` when it can't be told.
    private func obeys(_ trial: Trial, _ answer: ProbeAnswer, _ context: ProbeContext) -> Bool? {
        let baseline = context.baseline
        if trial.request.method == "POST" {
            guard let writes = baseline.writes else { return nil }
            let other = trial.wanted == "GET" ? writes.get : writes.options
            return Self.isOther(answer, usual: writes.post, other: other)
        }
        guard trial.wanted != nil else {
            // No server serves a method that nobody knows as it serves GET.
            if [400, 404, 405, 500, 501].contains(answer.status), answer.status != baseline.resource.status {
                return true
            }
            return answer.status == baseline.resource.status ? false : nil
        }
        guard let options = baseline.options else { return nil }
        return Self.isOther(answer, usual: baseline.resource, other: options)
    }

    private static func isOther(_ answer: ProbeAnswer, usual: ProbeAnswer, other: ProbeAnswer) -> Bool? {
        if usual.status != other.status {
            if answer.status == other.status { return true }
            return answer.status == usual.status ? false : nil
        }
        let allow = (usual.value("allow"), other.value("allow"))
        guard usual.body != other.body || allow.0 != allow.1 else { return nil }
        if answer.status == other.status, answer.body == other.body, answer.value("allow") == allow.1 { return true }
        return answer.body == usual.body ? false : nil
    }

    private func result(_ obeyed: [Trial], _ context: ProbeContext) -> ProbeResult {
        var names: [String] = []
        for trial in obeyed where !names.contains("\(trial.carrier.name) (\(trial.request.method))") {
            names.append("\(trial.carrier.name) (\(trial.request.method))")
        }
        var result = ProbeResult(name, .note, "it obeys \(ProbeContext.list(names, most: 6))")
        result.shownBy = obeyed.map { Self.text($0.request, $0.carrier) }
        var found = LetThroughList()
        var passed: [Carrier] = []
        for trial in obeyed where passes(trial.carrier, context) {
            if !passed.contains(trial.carrier) { passed.append(trial.carrier) }
            add(trial, context, &found)
        }
        result.letsThrough = found.sorted
        guard !found.sorted.isEmpty else {
            result.gateway =
                passed.isEmpty ? "dropped by scopegate" : "no route of this map needs another scope for another method"
            return result
        }
        result.verdict = .finding
        result.closedBy = closing(passed)
        return result
    }

    private static func text(_ request: ProbeRequest, _ carrier: Carrier) -> String {
        let line = "\(request.method) \(request.target)"
        return switch carrier {
        case .field: line + (request.fields.last.map { " with \($0.name): \($0.value)" } ?? "")
        case .form: line + " with \(String(decoding: request.body, as: UTF8.self))"
        case .query: line
        }
    }

    private func passes(_ carrier: Carrier, _ context: ProbeContext) -> Bool {
        guard case .field(let name) = carrier else { return true }
        guard var request = context.map.getThatPasses(context.settings.path) else { return false }
        let field = ProbeField(name, "OPTIONS")
        request.fields.append(field)
        return context.map.passing(request)?.keeps(field) ?? false
    }

    private func closing(_ passed: [Carrier]) -> String {
        let fields = passed.compactMap { carrier in
            if case .field(let name) = carrier { name } else { nil }
        }
        var parts: [String] = []
        if !fields.isEmpty { parts.append("take \(ProbeContext.list(fields)) off headers.keep") }
        if passed.contains(.query) || passed.contains(.form) {
            parts.append(
                "no setting, for scopegate reads neither queries nor bodies: switch it off in the backend, or let the "
                    + "method that passes need as much as the others of its path"
            )
        }
        return parts.joined(separator: "; ")
    }

    /// The methods that a request may be taken for: all but its own.
    private func add(_ trial: Trial, _ context: ProbeContext, _ found: inout LetThroughList) {
        for template in context.map.map.templates {
            let path = context.map.path(of: template)
            for method in ["DELETE", "PUT", "PATCH", "POST", "GET"] where method != trial.request.method {
                var plain = ProbeRequest(trial.request.method, path.target)
                if trial.request.method == "POST" { plain = context.settings.write(path.target) }
                let request = Self.request(plain, trial.carrier, method)
                var with: String?
                switch trial.carrier {
                case .field(let name): with = "\(name): \(method)"
                case .form: with = "_method=\(method)"
                case .query: break
                }
                found.add(context.map.letThrough(request, with: with, readAs: method, path))
            }
        }
    }
}
