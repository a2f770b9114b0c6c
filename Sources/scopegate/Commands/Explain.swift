import ArgumentParser
import GatewayConfig
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

    func run() throws {
        let (catalog, routeMap, configuration) = try config.loadMapAndConfiguration()
        let granted = try grantedScopes(catalog)
        var report = RequestVerdict(
            method: method,
            target: target,
            routeMap: routeMap,
            catalog: catalog,
            granted: granted
        )
        report.forwarding = configuration?.forwarding(of: report)
        if let fault = configuration?.spellingFault(of: report) { report.refuse(fault) }
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

    private func show(_ report: RequestVerdict) throws {
        guard format.format == .text else { return try printJSON(report) }
        var table = TextTable()
        table.add("request", "\(method) \(target)")
        if let template = report.template { table.add("template", template) }
        for step in report.steps { table.add("", step) }
        if let requirement = report.requirement { table.add("needs", requirement) }
        if !report.allow.isEmpty { table.add("allows", report.allow.joined(separator: ", ")) }
        if let upstream = report.forwarding {
            table.add("upstream", (upstream.prefix.map { "\($0): " } ?? "") + upstream.servers.joined(separator: ", "))
            table.add("", "first byte within \(upstream.firstByteTimeout), idle for \(upstream.idleTimeout) at most")
        }
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
