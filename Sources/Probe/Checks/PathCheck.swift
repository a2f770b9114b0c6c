/// Whether the backend takes other spellings of a path for the same resource.
struct PathCheck: ProbeCheck {
    let name: String
    let spellings: [PathSpelling]

    /// A spelling of the resource, and the same one of a resource that isn't there.
    private struct Trial {
        let spelling: PathSpelling
        let target: String
        let control: String
    }

    /// The spellings that are tried: of each way the last in the path, and where it isn't that the first.
    private func trials(_ context: ProbeContext) -> [Trial] {
        let path = context.settings.path
        let missing = path.sibling("\(context.settings.nonce)-e")
        return spellings.flatMap { spelling -> [Trial] in
            let (targets, controls) = (spelling.spell(path), spelling.spell(missing))
            guard let last = targets.last, let control = controls.last else { return [] }
            let ends = Trial(spelling: spelling, target: last, control: control)
            guard targets.count > 1 else { return [ends] }
            return [Trial(spelling: spelling, target: targets[0], control: controls[0]), ends]
        }
    }

    func steps(_ context: ProbeContext) -> [ProbeStep] {
        trials(context).flatMap { [ProbeStep(ProbeRequest($0.target)), ProbeStep(ProbeRequest($0.control))] }
    }

    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult {
        let trials = trials(context)
        guard !trials.isEmpty else {
            let path = context.settings.path.path
            return ProbeResult(name, .unclear, "\(path) can't be spelled so; name a longer --path")
        }
        var same: [Trial] = []
        var unclear: [String] = []
        for (index, trial) in trials.enumerated() where index * 2 + 1 < seen.count {
            let likeness = context.baseline.likeness(
                seen[index * 2],
                of: ProbeRequest(trial.target),
                control: (seen[index * 2 + 1], ProbeRequest(trial.control))
            )
            switch likeness {
            case .resource: same.append(trial)
            case .other: break
            case .unclear(let why): unclear.append(why)
            }
        }
        guard !same.isEmpty else {
            guard let why = unclear.first else { return ProbeResult(name, .no, "they are other resources, or none") }
            return ProbeResult(name, .unclear, why)
        }
        return result(same, context)
    }

    private func result(_ same: [Trial], _ context: ProbeContext) -> ProbeResult {
        var result = ProbeResult(
            name,
            .note,
            "\(ProbeContext.list(same.map(\.target))) \(same.count == 1 ? "is" : "are") the same as \(context.settings.path.target)"
        )
        result.shownBy = same.map { "GET \($0.target)" }
        var names: Set<String> = []
        let spellings = same.map(\.spelling).filter { names.insert($0.name).inserted }
        result.letsThrough = context.map.letThrough(spellings)
        if result.letsThrough.isEmpty {
            result.gateway = gateway(same.map(\.target), context)
        } else {
            result.verdict = .finding
            result.closedBy = closing(result.letsThrough, context)
        }
        return result
    }

    /// What the gateway makes of these spellings, where no route is let through by them.
    private func gateway(_ targets: [String], _ context: ProbeContext) -> String {
        let refusals = targets.map { target -> String? in
            if case .refused(let code, _) = context.map.passage(ProbeRequest(target)) { code } else { nil }
        }
        // That no route has the path says nothing of how it is spelled.
        guard refusals.allSatisfy({ $0 == "invalid_request_target" }) else {
            return "no route of this map is open to it"
        }
        return "refused by scopegate (invalid_request_target)"
    }

    private func closing(_ found: [LetThrough], _ context: ProbeContext) -> String {
        var parts: [String] = []
        let rest = found.filter { !context.map.nearMissesClose($0) }
        if rest.count < found.count { parts.append("near_misses: refuse in routes.yaml") }
        let allowed = rest.filter { context.map.passesByAllowance($0) }
        if !allowed.isEmpty {
            let templates = Array(Set(allowed.map(\.template))).sorted()
            parts.append(
                "take allow off \(ProbeContext.list(templates)), or have the map say denied of what must not be reached"
            )
        }
        let open = rest.filter { !context.map.passesByAllowance($0) }
        if !open.isEmpty {
            let templates = Array(Set(open.map(\.template))).sorted()
            parts.append(
                "no setting: have the backend read paths as they are written, or let \(ProbeContext.list(templates)) need as "
                    + "much as what is reached by it"
            )
        }
        return parts.joined(separator: "; ")
    }
}
