/// Whether the backend takes a field whose name has underscores for the one with hyphens.
struct UnderscoreCheck: ProbeCheck {
    let name = "underscored fields"

    private struct Pair {
        let hyphened: ProbeRequest
        let underscored: ProbeRequest

        init(_ field: ProbeField, _ context: ProbeContext, isAnonymous: Bool = false) {
            let other = ProbeField(String(field.name.map { $0 == "-" ? "_" : $0 }), field.value)
            let target = context.settings.path.target
            hyphened = ProbeRequest(target, fields: [field], isAnonymous: isAnonymous)
            underscored = ProbeRequest(target, fields: [other], isAnonymous: isAnonymous)
        }
    }

    private func pairs(_ context: ProbeContext) -> [Pair] {
        let (settings, resource) = (context.settings, context.baseline.resource)
        var pairs = settings.accessFields.filter { $0.name.contains("-") }.map { Pair($0, context, isAnonymous: true) }
        var fields = [
            ProbeField("If-None-Match", resource.value("etag") ?? "*"),
            ProbeField("If-Match", "\"\(settings.nonce)\""),
            ProbeField("Accept-Encoding", "gzip"),
        ]
        if let date = resource.value("last-modified") { fields.append(ProbeField("If-Modified-Since", date)) }
        pairs += fields.map { Pair($0, context) }
        let identity = IdentityCheck.fields + settings.identityFields
        pairs += identity.filter { $0.contains("-") }.map {
            Pair(ProbeField($0, settings.nonce), context, isAnonymous: true)
        }
        return pairs
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] {
        pairs(context).flatMap { [ProbeStep($0.hyphened), ProbeStep($0.underscored)] }
    }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        var folded: [Pair] = []
        var effective = 0
        for (index, pair) in pairs(context).enumerated() where index * 2 + 1 < seen.count {
            guard let proper = seen[index * 2].answers.first, let odd = seen[index * 2 + 1].answers.first,
                IdentityCheck.hasEffect(proper, pair.hyphened, context) == true
            else { continue }
            effective += 1
            if IdentityCheck.hasEffect(odd, pair.underscored, context) == true, odd.status == proper.status {
                folded.append(pair)
            }
        }
        guard effective > 0 else {
            return ProbeResult(name, .unclear, "no field that was tried changes the answer, however it is spelled")
        }
        guard !folded.isEmpty else { return ProbeResult(name, .no, "they are fields of their own, or none") }
        let names = folded.compactMap(\.underscored.fields.first?.name)
        var result = ProbeResult(name, .note, "it takes \(ProbeContext.list(names)) for the one with hyphens")
        result.shownBy = folded.compactMap { pair in
            pair.underscored.fields.first.map { field in
                // The operator's own fields aren't shown.
                let isSecret = context.settings.accessFields.contains { $0.value == field.value }
                return "GET \(pair.underscored.target) with \(field.name): \(isSecret ? "…" : field.value)"
            }
        }
        let passed = names.filter { context.passesOn($0) }
        guard !passed.isEmpty else {
            result.gateway = "dropped by scopegate"
            return result
        }
        result.verdict = .finding
        result.closedBy = "headers: {drop: [\(passed.joined(separator: ", "))]}"
        return result
    }
}
