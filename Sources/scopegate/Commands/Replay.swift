import ArgumentParser
import Audit
import GatewayConfig
import RouteMap
import ScopeModel

/// Says what another route map would have made of the requests in an audit.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide the requests of an audit by another route map.",
        discussion: """
            Reads the rotated files too, compressed or not. The audit has the requests that were refused, and those that \
            passed as far as audit.allowed says; what it doesn't have, routes_shadow can tell while the gateway runs. \
            Where a decision was made without looking at the key (unmapped_route, method_not_allowed, public routes) \
            nothing is known of the key. Ends with 1 when a request would be decided otherwise.

            Example: scopegate replay audit.jsonl --routes routes.new.yaml --since 7d
            """
    )

    @Argument(help: "The audit log: the file that is written to; those that were set aside are beside it.")
    var audit: String

    @Option(help: ArgumentHelp("The route file to decide by.", valueName: "path"))
    var routes: String

    @Option(help: "The catalog of that file, instead of the configuration's.")
    var catalog: String?

    @OptionGroup var filter: AuditFilterOptions
    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Difference: Encodable, Hashable {
        var method: String
        var template: String
        var before: String
        var after: String
    }

    private struct Report: Encodable {
        struct Entry: Encodable {
            var difference: Difference
            var count: Int
            var first: Place
        }

        /// The record of the first such request.
        struct Place: Encodable {
            var sequence: Int?
            var time: String?
            var requestID: String?

            enum CodingKeys: String, CodingKey {
                case sequence = "seq"
                case time
                case requestID = "request_id"
            }
        }

        var requests = 0
        /// Records of requests that can't be decided anew: their path was cut or couldn't be read, or they were refused
        /// for another reason than routes.
        var skipped = 0
        /// Requests that the key decides on, of which nothing is known.
        var undecided = 0
        var differences: [Entry] = []
    }

    func run() throws {
        let catalog = try catalog.map { try config.loadCatalogOrExit($0) } ?? config.loadMap().catalog
        let map = try config.loadRoutesOrExit(routes, catalog)
        var report = Report()
        var found: [Difference: Report.Entry] = [:]
        var order: [Difference] = []
        // A shadow record is about a request that is there already, when such requests are recorded.
        let filter = try filter.filter(events: ["denied", "allowed"]) { catalog }
        let isWhole = try AuditScan.run(path: audit, filter: filter) { line in
            guard let request = ReplayedRequest(line, catalog) else {
                report.skipped += 1
                return .goOn
            }
            report.requests += 1
            let after = request.decide(by: map, catalog)
            if after.outcome == .dependsOnKey { report.undecided += 1 }
            guard let outcome = request.otherOutcome(after.outcome, catalog) else { return .goOn }
            let difference = Difference(
                method: request.method,
                template: after.template.map { map.templateText(of: $0) } ?? line.text(.template) ?? request.path,
                before: request.outcome,
                after: outcome
            )
            if found[difference] == nil {
                let place = Report.Place(
                    sequence: line.text(.sequence).flatMap { Int($0) },
                    time: line.text(.time),
                    requestID: line.text(.requestID)
                )
                found[difference] = .init(difference: difference, count: 0, first: place)
                order.append(difference)
            }
            found[difference]?.count += 1
            return .goOn
        }
        report.differences = order.compactMap { found[$0] }
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report)
        }
        if !report.differences.isEmpty || !isWhole { throw ExitStatus.finding }
    }

    private func show(_ report: Report) {
        var table = TextTable()
        for entry in report.differences {
            let difference = entry.difference
            table.add(
                "\(entry.count)×",
                difference.method,
                difference.template,
                "\(difference.before) → \(difference.after)",
                "first in record \(entry.first.sequence.map(String.init) ?? "?")"
            )
        }
        if !report.differences.isEmpty { print(table.text) }
        let changed = report.differences.reduce(0) { $0 + $1.count }
        var summary = "\(report.requests) requests, \(changed) decided otherwise"
        if report.undecided > 0 { summary += ", \(report.undecided) depend on a key of which nothing is known" }
        print(summary)
        if report.skipped > 0 {
            print("\(report.skipped) records left out: routes had no part in them, or their path is cut")
        }
    }
}

/// A request as an audit has it, to be decided anew.
struct ReplayedRequest {
    let method: String
    let path: String
    /// What was decided: `allow`, or the code of the refusal and the scope that it named.
    let outcome: String
    private let key: SupposedKey

    /// Nil when routes had no part in the decision, or the record lacks a part of the request.
    init?(_ line: AuditLine, _ catalog: ScopeCatalog) {
        guard let method = line.text(.method), let path = line.text(.path), let code = line.text(.code),
            !(line.list(.truncated) ?? []).contains(where: { $0 == "path" || $0 == "method" }),
            let key = Self.key(line, code, catalog)
        else { return nil }
        self.method = method
        self.path = path
        self.key = key
        outcome =
            code == "allowed" ? "allow" : [code, line.text(.requiredScope)].compactMap(\.self).joined(separator: " ")
    }

    func decide(by map: RouteMap, _ catalog: ScopeCatalog) -> RequestEvaluation {
        RequestEvaluation(method: method, target: path, key: key, map: map, catalog: catalog)
    }

    /// The outcome in words, when it is another one.
    func otherOutcome(_ new: RequestEvaluation.Outcome, _ catalog: ScopeCatalog) -> String? {
        let text = new.text(catalog)
        return text == outcome ? nil : text
    }

    /// What the record tells of the key; nil when the refusal had nothing to do with routes.
    private static func key(_ line: AuditLine, _ code: String, _ catalog: ScopeCatalog) -> SupposedKey? {
        switch code {
        case "forbidden_scope", "allowed":
            guard let granted = line.list(.grantedScopes) else { return .unknown }
            return .valid(ScopeSet(granted.compactMap { try? catalog.id(named: $0) }))
        case "missing_key": return SupposedKey.none
        case "invalid_key": return .invalid(.invalidKey)
        case "expired_key": return .invalid(.expiredKey)
        case "ambiguous_key": return .invalid(.ambiguousKey)
        // Of the last only those are on record with a path whose spelling the map refused.
        case "unmapped_route", "method_not_allowed", "invalid_request_target": return .unknown
        default: return nil
        }
    }
}
