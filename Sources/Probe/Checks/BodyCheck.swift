/// Whether the backend leaves the body of a request unread and takes it for the next request.
struct BodyCheck: ProbeCheck {
    /// When the body is sent.
    enum Timing {
        /// With the head.
        case atOnce
        /// Once an answer has come, if one comes early.
        case late
    }

    let method: String
    let timing: Timing

    var name: String {
        switch timing {
        case .atOnce: "body of \(method) unread"
        case .late: "early answer to \(method)"
        }
    }

    private func requests(_ context: ProbeContext) -> [ProbeRequest] {
        let settings = context.settings
        let hidden = ProbeRequest(settings.path.sibling("\(settings.nonce)-d").target, isAnonymous: true)
        // Its Host need not be the backend's: what counts is that it is answered.
        let body = String(decoding: hidden.bytes(for: BackendAccess(host: "scopegate-probe")), as: UTF8.self)
        let framings: [ProbeRequest.Framing] = timing == .atOnce ? [.length, .chunked] : [.length]
        return framings.compactMap { framing in
            guard method != "GET" else {
                return ProbeRequest(settings.path.target, body: Array(body.utf8), framing: framing)
            }
            return settings.writePath.map { settings.write($0.target, form: body, framing: framing) }
        }
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] {
        let next = ProbeRequest(context.settings.path.target, closes: true)
        return requests(context).map {
            ProbeStep($0, timing == .atOnce ? .body(next: next) : .heldBody(next: next))
        }
    }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        let requests = requests(context)
        guard !requests.isEmpty else {
            return ProbeResult(name, .skipped, "not asked: it may change something (--allow-writes)")
        }
        guard let problem = seen.compactMap(\.problem).first, seen.allSatisfy({ $0.answers.isEmpty }) else {
            return judge(requests, seen, context)
        }
        // A backend that ends the connection without a word to a body where none belongs has read no request in it.
        if seen.allSatisfy({ $0.end == .closed }) { return ProbeResult(name, .no, problem) }
        return ProbeResult(name, .unclear, problem)
    }

    private func judge(
        _ requests: [ProbeRequest],
        _ seen: [ProbeObservation],
        _ context: ProbeContext
    ) -> ProbeResult {
        let taken = zip(requests, seen).filter { isTaken($0.1, context) }
        guard let first = taken.first else {
            if timing == .late, let early = seen.first(where: \.cameEarly) {
                return earlyResult(early)
            }
            let isClosed = seen.contains { $0.answers.count == 1 }
            return ProbeResult(name, .no, isClosed ? "the connection ends with the answer" : "the body is read")
        }
        let status = first.1.answers[0].status
        let framing = taken.map { $0.0.framing == .length ? "Content-Length" : "chunked" }
        var result = ProbeResult(
            name,
            .note,
            "the body (\(framing.joined(separator: ", "))) is taken for the next request, after a \(status)"
        )
        result.shownBy = taken.map { "\($0.0.method) \($0.0.target) with a body that is a request" }
        add(first.0, status, context, &result)
        return result
    }

    private func earlyResult(_ early: ProbeObservation) -> ProbeResult {
        let keeps = early.answers[0].keepsConnection
        var result = ProbeResult(
            name,
            keeps ? .note : .no,
            "a \(early.answers[0].status) comes before the body"
                + (keeps ? ", which is read then: the connection goes on" : ", and the connection ends with it")
        )
        if keeps { result.gateway = "scopegate uses no connection again whose answer came before the body was taken" }
        return result
    }

    /// Whether more came than the answers to the request and to the one behind it.
    private func isTaken(_ seen: ProbeObservation, _ context: ProbeContext) -> Bool {
        if seen.answers.count > 2 { return true }
        // The body was no good request, and the connection ended with that.
        guard seen.answers.count == 2 else { return false }
        let last = seen.answers[1]
        return last.status != context.baseline.resource.status && [400, 405, 414, 501, 505].contains(last.status)
    }

    /// Adds the routes by which the gateway would use the connection again.
    private func add(_ request: ProbeRequest, _ status: Int, _ context: ProbeContext, _ result: inout ProbeResult) {
        let map = context.map
        var open: [String] = []
        var refusal: String?
        var passes = false
        let methods = method == "GET" ? ["GET", "HEAD", "DELETE", "OPTIONS"] : ["POST", "PUT", "PATCH"]
        for route in map.map.routes where methods.contains(route.method) && !route.requirement.isDenied {
            var sent = request
            sent.method = route.method
            sent.target = map.path(of: route.template).target
            switch map.passage(sent) {
            case .refused(let code, _): refusal = refusal ?? code
            case .passes(let passing):
                passes = true
                if passing.isReusedAfterSuccess { open.append("\(route.method) \(route.template.text)") }
            }
        }
        guard !open.isEmpty, (200..<300).contains(status) else {
            result.gateway =
                !open.isEmpty
                ? "scopegate uses a connection again only after a success, and this is none"
                : passes
                    ? "scopegate ends the connection with such an answer"
                    : "refused by scopegate" + (refusal.map { " (\($0))" } ?? ": no such route")
            return
        }
        result.verdict = .finding
        result.gateway = "a request in the body, which nobody checked, comes behind \(ProbeContext.list(open))"
        result.closedBy = "upstream: {bodies: untrusted}"
    }
}
