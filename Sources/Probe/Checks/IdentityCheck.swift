/// Whether the backend believes fields that say who somebody is.
struct IdentityCheck: ProbeCheck {
    let name = "identity fields"

    static let fields = [
        "X-Scopegate-Key-Id", "X-Scopegate-Subject", "X-Remote-User", "Remote-User", "X-Forwarded-User",
        "X-Forwarded-Email", "X-Auth-Request-User", "X-Authenticated-User", "X-User", "X-User-Id",
        "X-Consumer-Username", "X-WEBAUTH-USER", "X-Tenant-Id", "X-Account-Id", "X-Roles", "X-Groups", "X-Admin",
        "Impersonate-User", "Sudo",
    ]

    private func names(_ context: ProbeContext) -> [String] { Self.fields + context.settings.identityFields }

    private func request(_ name: String, _ context: ProbeContext) -> ProbeRequest {
        let field = ProbeField(name, context.settings.nonce)
        return ProbeRequest(context.settings.path.target, fields: [field], isAnonymous: true)
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] { names(context).map { ProbeStep(request($0, context)) } }

    /// Whether the fields of a request change the answer; `nil` when it can't be told.
    static func hasEffect(_ answer: ProbeAnswer, _ request: ProbeRequest, _ context: ProbeContext) -> Bool? {
        if ProbeBaseline.echoes(answer, context.settings.nonce) { return true }
        return context.baseline.differs(answer, isAnonymous: request.isAnonymous)
    }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        var believed: [String] = []
        var unclear: String?
        for (name, observation) in zip(names(context), seen) {
            guard let answer = observation.answers.first else {
                unclear = observation.problem
                continue
            }
            switch Self.hasEffect(answer, request(name, context), context) {
            case true?: believed.append(name)
            case false?: break
            case nil: unclear = "the content of \(context.settings.path.target) is another one each time"
            }
        }
        guard !believed.isEmpty else {
            return unclear.map { ProbeResult(name, .unclear, $0) }
                ?? ProbeResult(name, .no, "none of \(names(context).count) changes the answer of this path")
        }
        var result = ProbeResult(name, .note, "the answer depends on \(ProbeContext.list(believed))")
        let nonce = context.settings.nonce
        result.shownBy = believed.map { "GET \(context.settings.path.target) with \($0): \(nonce)" }
        let passed = believed.filter { context.passesOn($0) }
        guard !passed.isEmpty else {
            result.gateway = "dropped by scopegate, or said by itself: nobody else must reach the backend"
            return result
        }
        result.verdict = .finding
        result.gateway = "whoever is let through anywhere can send \(ProbeContext.list(passed))"
        result.closedBy = "headers: {drop: [\(passed.joined(separator: ", "))]}"
        return result
    }
}
