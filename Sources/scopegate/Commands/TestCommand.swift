import ArgumentParser
import GatewayConfig
import RouteMap
import ScopeModel

/// Runs expectations against a route map.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Test a route map against expectations, without a server.",
        discussion: """
            The file has lines such as "GET /api/v1/trades with read:trades → allow", \
            "POST /api/v1/trades with read:trades → forbidden_scope write:trades" or "GET /api/v1/scopes → allow", \
            which is without a key. Ends with 1 when one is not met. Without a configuration the built-in route map of \
            the journal is tested.

            Example: scopegate test expectations.yaml --routes routes.new.yaml
            """
    )

    @Argument(help: "The file of expectations.")
    var file: String

    @Option(help: "The route file to test, instead of the configuration's.")
    var routes: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        struct Result: Encodable {
            var line: Int
            var column: Int
            var expectation: String
            var met: Bool
            var outcome: String
            var template: String?
            var requirement: String?
        }

        var ok: Bool
        var met: Int
        var failed: Int
        /// Routes that no expectation was about.
        var untested: [String]
        var results: [Result]
    }

    func run() throws {
        var (catalog, map) = try config.loadMap()
        if let routes { map = try config.loadRoutesOrExit(routes, catalog) }
        let expectations = try config.orExit {
            try ConfigLoader.loadExpectations(path: file, catalog: catalog, files: SystemFiles())
        }
        var tested: Set<Int> = []
        var results: [Report.Result] = []
        for expectation in expectations {
            let evaluation = RequestEvaluation(
                method: expectation.method,
                target: expectation.target,
                key: expectation.key,
                map: map,
                catalog: catalog
            )
            if let route = evaluation.route { tested.insert(route) }
            results.append(
                Report.Result(
                    line: expectation.position.line,
                    column: expectation.position.column,
                    expectation: expectation.text,
                    met: expectation.isMet(by: evaluation),
                    outcome: evaluation.outcome.text(catalog),
                    template: evaluation.template.map { map.templateText(of: $0) },
                    requirement: evaluation.route.map { map.requirement(ofRoute: $0).description(in: catalog) }
                )
            )
        }
        let failures = results.filter { !$0.met }
        let report = Report(
            ok: failures.isEmpty,
            met: results.count - failures.count,
            failed: failures.count,
            untested: map.routes.indices.filter { !tested.contains($0) }
                .map { "\(map.routes[$0].method) \(map.routes[$0].template)" },
            results: results
        )
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report, failures, routes: map.routes.count)
        }
        if !report.ok { throw ExitStatus.finding }
    }

    private func show(_ report: Report, _ failures: [Report.Result], routes: Int) {
        for failure in failures {
            print("\(file):\(failure.line):\(failure.column): \(Colour.red.text("failed")): \(failure.expectation)")
            var reason = "  got \(failure.outcome)"
            if let template = failure.template { reason += ": the route is \(template)" }
            if let requirement = failure.requirement { reason += ", which needs \(requirement)" }
            print(reason)
        }
        let summary =
            "\(report.met) met, \(report.failed) failed; \(routes - report.untested.count) of \(routes) routes"
        print((report.ok ? Colour.green : .red).text(summary + " tested"))
    }
}

extension RequestEvaluation.Outcome {
    /// The outcome as expectations write it.
    func text(_ catalog: ScopeCatalog) -> String {
        switch self {
        case .allow: "allow"
        case .dependsOnKey: "depends on the key"
        case .deny(let code, let scope): scope.map { "\(code) \(catalog.name(of: $0))" } ?? code
        }
    }
}
