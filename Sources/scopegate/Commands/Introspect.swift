import ArgumentParser
import Gateway
import GatewayConfig
import Introspection
import ScopeModel

/// Shows what the endpoint says of a key.
struct Introspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the introspection endpoint about a key, and show how its answer is read.",
        discussion: """
            The key is read from standard input, never from the command line. Of the configuration only introspection, keys \
            and the catalog are read: what is broken elsewhere doesn't matter. Ends with 1 when the key is not active or \
            nothing is known of it.

            Example: printf %s "$KEY" | scopegate introspect --config scopegate.yaml
            """
    )

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        var endpoints: [String]
        var status: Int?
        var contentType: String?
        /// The answer as it came, with the key itself struck out.
        var answer: String?
        var outcome: String
        var problem: String?
        var scopes: [String]
        var unknownScopes: Int
        var expiresAt: Int64?
        var notBefore: Int64?
        var keyID: String?
        var subject: String?
        var cachedSeconds: [Double]?

        enum CodingKeys: String, CodingKey {
            case endpoints, status, answer, outcome, problem, scopes, subject
            case contentType = "content_type"
            case unknownScopes = "unknown_scopes"
            case expiresAt = "expires_at"
            case notBefore = "not_before"
            case keyID = "key_id"
            case cachedSeconds = "cached_seconds"
        }
    }

    func run() async throws {
        let (configuration, catalog) = try config.orExit {
            try ConfigLoader.loadIntrospection(
                path: config.path,
                environment: Environment.variables,
                files: SystemFiles(),
                certificates: TLSCertificates()
            )
        }
        let key = try KeyInput.read()
        let probe = try await IntrospectionProbe.ask(
            key,
            configuration: configuration,
            catalog: catalog
        )
        let report = report(probe, key, configuration, catalog)
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report)
        }
        if report.outcome != "active" { throw ExitStatus.finding }
    }

    private func report(
        _ probe: IntrospectionProbe,
        _ key: [UInt8],
        _ configuration: GatewayConfiguration,
        _ catalog: ScopeCatalog
    ) -> Report {
        var report = Report(
            endpoints: configuration.introspection.endpoints.map(\.description),
            outcome: "unavailable",
            scopes: [],
            unknownScopes: 0
        )
        if case .answer(let status, let contentType, let body) = probe.result {
            report.status = status
            report.contentType = String(decoding: contentType, as: UTF8.self)
            report.answer = String(decoding: body, as: UTF8.self)
                .replacing(String(decoding: key, as: UTF8.self), with: "(the key)")
        }
        switch probe.reading {
        case .failure(let failure): report.problem = "\(failure)"
        case .success(let grant):
            report.outcome = Self.outcome(of: grant)
            report.scopes = catalog.names(of: grant.scopes)
            report.unknownScopes = grant.unknownScopeCount
            report.expiresAt = grant.expiresAt
            report.notBefore = grant.notBefore
            report.keyID = grant.keyID
            report.subject = grant.subject
        }
        if !probe.hasShape { report.problem = "it hasn't the shape of keys.shape, so that nobody was asked" }
        report.cachedSeconds = probe.kept.map { [Self.seconds($0.lowerBound), Self.seconds($0.upperBound)] }
        return report
    }

    private static func outcome(of grant: Grant) -> String {
        switch grant.validity(atWallSeconds: WallClock.seconds) {
        case .valid: "active"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .inactive: "inactive"
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds / 1_000_000) / 1000 }

    private func show(_ report: Report) {
        var table = TextTable()
        table.add("asked", report.endpoints.joined(separator: ", then "))
        if let status = report.status { table.add("status", "\(status) \(report.contentType ?? "")") }
        if let answer = report.answer { table.add("answer", answer.trimmingSuffix { $0.isNewline }) }
        table.add("read as", report.outcome)
        if let problem = report.problem { table.add("problem", problem) }
        if report.status != nil, report.problem == nil, report.outcome != "inactive" {
            table.add("scopes", report.scopes.isEmpty ? "(none)" : report.scopes.joined(separator: " "))
            if report.unknownScopes > 0 { table.add("", "\(report.unknownScopes) more that the catalog doesn't have") }
            table.add("expires", report.expiresAt.map { WallClock.text($0) } ?? "never")
            if let notBefore = report.notBefore { table.add("valid from", WallClock.text(notBefore)) }
            table.add("key id", report.keyID ?? "(none)")
            table.add("subject", report.subject ?? "(none)")
        }
        if let kept = report.cachedSeconds, kept.count == 2 {
            let times = kept[0] == kept[1] ? "\(kept[1]) s" : "\(kept[0]) to \(kept[1]) s"
            table.add("cached", "for \(times)")
        } else {
            table.add("cached", "not at all")
        }
        print(table.text)
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var result = self
        while let last = result.last, isTrimmed(last) { result.removeLast() }
        return result
    }
}
