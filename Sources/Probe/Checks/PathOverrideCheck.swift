/// Whether the backend obeys another path than that of the request line.
struct PathOverrideCheck: ProbeCheck {
    let name = "path override"

    private static let fields = [
        "X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Override-URL", "X-Forwarded-URI", "X-Forwarded-Path",
        "X-Envoy-Original-Path", "X-Matched-Path", "X-Invoke-Path", "Request-URI", "Path-Info", "X-Request-URI",
        "X-URI",
    ]

    private func request(_ name: String, _ context: ProbeContext) -> ProbeRequest {
        let settings = context.settings
        let missing = settings.path.sibling("\(settings.nonce)-c").target
        return ProbeRequest(missing, fields: [ProbeField(name, settings.path.target)])
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] { Self.fields.map { ProbeStep(request($0, context)) } }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        var obeyed: [String] = []
        var unclear: String?
        for (field, observation) in zip(Self.fields, seen) {
            // A backend that obeys answers as to a request for the resource.
            switch context.baseline.likeness(observation, of: ProbeRequest(context.settings.path.target)) {
            case .resource: obeyed.append(field)
            case .other: break
            case .unclear(let why): unclear = why
            }
        }
        guard !obeyed.isEmpty else {
            return unclear.map { ProbeResult(name, .unclear, $0) } ?? ProbeResult(name, .no, "no such field is obeyed")
        }
        var result = ProbeResult(name, .note, "it obeys \(ProbeContext.list(obeyed))")
        result.shownBy = obeyed.map { field in
            let request = request(field, context)
            return "GET \(request.target) with \(field): \(request.fields[0].value)"
        }
        var found = LetThroughList()
        let kept = obeyed.filter { add($0, context, &found) }
        result.letsThrough = found.sorted
        guard !kept.isEmpty else {
            result.gateway = "dropped by scopegate"
            return result
        }
        guard !found.sorted.isEmpty else {
            result.gateway = "no route of this map needs another scope for it"
            return result
        }
        result.verdict = .finding
        result.closedBy = "headers: {drop: [\(kept.joined(separator: ", "))]}, and not headers.keep"
        return result
    }

    /// Adds what a field that the gateway passes on reaches from the route that needs least; whether it passes it on.
    private func add(_ name: String, _ context: ProbeContext, _ found: inout LetThroughList) -> Bool {
        let map = context.map
        guard var asked = map.getThatPasses(context.settings.path) else { return false }
        let field = ProbeField(name, context.settings.path.target)
        asked.fields.append(field)
        guard map.passing(asked)?.keeps(field) == true else { return false }
        for carrier in map.map.routes.prefix(50) where carrier.method == "GET" {
            let target = map.path(of: carrier.template).target
            for template in map.map.templates where !found.isFull {
                let path = map.path(of: template)
                let request = ProbeRequest(target, fields: [ProbeField(name, path.target)])
                found.add(map.letThrough(request, with: "\(name): \(path.target)", readAs: "GET", path))
            }
        }
        return true
    }
}
