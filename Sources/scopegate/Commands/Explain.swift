import ArgumentParser
import HTTP1
import RouteMap
import ScopeModel

/// Says what the map makes of a request.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain which route a request takes, why, and what it needs.",
        discussion: """
            With --scopes it also says what a key with these scopes would get. Ends with 1 when the request would be \
            refused. Without a configuration it explains by the built-in route map of the journal.

            Example: scopegate explain PUT /api/v1/trades/42/tags --scopes "read:trades write:trades"
            """
    )

    @Argument(help: "The method, in upper case.")
    var method: String

    @Argument(help: "The request target: a path, with or without a query.")
    var target: String

    @Option(help: "Scopes of a key, separated by spaces or commas; an empty text for a key with none.")
    var scopes: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        var method: String
        var target: String
        var outcome: String
        var status: Int?
        var requiredScope: String?
        var template: String?
        var requirement: String?
        var allowedMethods: [String]
        var steps: [String]
        var rejected: [String]
        var suggestion: String?
        var problem: String?

        enum CodingKeys: String, CodingKey {
            case method, target, outcome, status, template, requirement, steps, rejected, suggestion, problem
            case requiredScope = "required_scope"
            case allowedMethods = "allowed_methods"
        }
    }

    func run() throws {
        let (catalog, routeMap) = try config.loadMap()
        let granted = try grantedScopes(catalog)
        var report = Report(
            method: method,
            target: target,
            outcome: "",
            allowedMethods: [],
            steps: [],
            rejected: []
        )
        switch RequestTarget.validate(Array(target.utf8).span) {
        case .failure(let error):
            report.outcome = "\(error.code)"
            report.status = error.status
            report.problem = "\(error.message)"
        case .success(let parsed):
            let path = String(decoding: Array(target.utf8)[parsed.path.range], as: UTF8.self)
            fill(&report, routeMap.explain(method: method, path: path), catalog, granted)
        }
        try show(report)
        if report.outcome != "allow" && !(granted == nil && report.status == nil) { throw ExitStatus.finding }
    }

    private func grantedScopes(_ catalog: ScopeCatalog) throws -> ScopeSet? {
        guard let scopes else { return nil }
        var granted = ScopeSet()
        for name in scopes.split(whereSeparator: { $0 == " " || $0 == "," }) {
            do {
                granted.insert(try catalog.id(named: String(name)))
            } catch {
                let hint = error.suggestion.map { "; did you mean \($0)?" } ?? ""
                throw ValidationError("--scopes: \(error)\(hint)")
            }
        }
        return granted
    }

    private func fill(
        _ report: inout Report,
        _ explanation: RouteExplanation,
        _ catalog: ScopeCatalog,
        _ granted: ScopeSet?
    ) {
        report.template = explanation.template
        report.allowedMethods = explanation.allowedMethods
        report.steps = explanation.steps.map(Self.text)
        if explanation.usesRouteOfGET { report.steps.append("HEAD needs what GET needs") }
        report.rejected = explanation.rejected.map { "\($0.template): \($0.reason)" }
        report.suggestion = explanation.suggestion
        switch explanation.match {
        case .unmapped: refuse(&report, .unmappedRoute)
        case .methodNotAllowed: refuse(&report, .methodNotAllowed)
        case .route:
            guard let requirement = explanation.requirement else { return }
            report.requirement = requirement.description(in: catalog)
            guard requirement.needsKey else {
                report.outcome = "allow"
                return
            }
            guard let granted else {
                report.outcome = "depends on the key"
                return
            }
            switch Decider.decide(requirement: requirement, granted: granted, automatic: catalog.automatic) {
            case .allow: report.outcome = "allow"
            case .deny(let reason, let required):
                refuse(&report, reason)
                report.requiredScope = required.map { catalog.name(of: $0) }
            }
        }
    }

    private func refuse(_ report: inout Report, _ reason: DenialReason) {
        report.outcome = "\(reason.code)"
        report.status = reason.status
    }

    private static func text(_ step: RouteExplanation.Step) -> String {
        switch step.segment {
        case .literal: "\(step.text) is the literal \(step.text)"
        case .parameter(let name): "\(step.text) is the parameter {\(name)}"
        case .rest(let name): "\(step.text) is the rest {\(name)...}"
        }
    }

    private func show(_ report: Report) throws {
        guard format.format == .text else { return try printJSON(report) }
        var table = TextTable()
        table.add("request", "\(method) \(target)")
        if let template = report.template { table.add("template", template) }
        for step in report.steps { table.add("", step) }
        if let requirement = report.requirement { table.add("needs", requirement) }
        if !report.allowedMethods.isEmpty, report.outcome == "method_not_allowed" {
            table.add("mapped", report.allowedMethods.joined(separator: ", "))
        }
        if let problem = report.problem { table.add("problem", problem) }
        if let scopes { table.add("scopes", scopes.isEmpty ? "(none)" : scopes) }
        var outcome = report.outcome
        if let status = report.status { outcome = "\(status) \(outcome)" }
        if let scope = report.requiredScope { outcome += ", required_scope \(scope)" }
        table.add("outcome", outcome)
        for rejected in report.rejected { table.add("not", rejected) }
        if let suggestion = report.suggestion { table.add("perhaps", suggestion) }
        print(table.text)
    }
}
