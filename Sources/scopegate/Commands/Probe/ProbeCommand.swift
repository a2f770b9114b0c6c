import ArgumentParser
import Gateway
import GatewayConfig
import Probe
import RouteMap
import ScopeModel

/// Asks a backend how it reads requests, and says what of the map that lets through.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask a backend how it reads paths, fields and bodies, and what of the map that would let through.",
        discussion: """
            A gateway decides by what it reads; a backend that reads the same bytes otherwise serves something else than was \
            checked. This asks the backend itself, not the gateway, for a path that is there and for other spellings of it, and \
            holds what it finds against the map: a finding is what gets a caller past the map, a note is what scopegate refuses or \
            drops already, or what no route of this map is open to. What can't be told is said to be so.

            Only GET and OPTIONS are sent, for paths that the map has or that are made up, unless --allow-writes names a path \
            that POST requests may go to. The answers to those aren't looked at but to compare them. URL is a server of the \
            backend; by default the first server of upstream. Nothing else of the configuration is asked, and none of its secrets \
            is needed.

            Ends with 0 when there is no finding, with 1 when there is one (with --strict, also when something can't be told), \
            and with 2 when the backend can't be reached or nothing can be told.

            Example: scopegate probe http://127.0.0.1:9001 --path /api/v1/trades
            Example: scopegate probe --config scopegate.yaml --header-file credentials --allow-writes /api/v1/scratch
            """
    )

    @Argument(help: "The backend, such as http://127.0.0.1:9001 or unix:/run/backend.sock.")
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A path that is there, for GET. Default: one of the map without parameters.",
            valueName: "path"
        )
    )
    var path: String?

    @Option(
        help: ArgumentHelp("Take the backend of this prefix in upstreams, and only its routes.", valueName: "prefix")
    )
    var upstream: String?

    @Option(help: ArgumentHelp("Send POST requests too, to this path only.", valueName: "path"))
    var allowWrites: String?

    @OptionGroup var access: ProbeAccessOptions

    @Option(help: ArgumentHelp("Ask about a further identity field, such as X-Tenant. Repeatable.", valueName: "name"))
    var identityHeader: [String] = []

    @Option(help: ArgumentHelp("How long a connection and an answer may take, at most 1m.", valueName: "duration"))
    var timeout = "5s"

    @Option(help: ArgumentHelp("How long an idle connection is watched, at most 5m.", valueName: "duration"))
    var keepAliveWait = "10s"

    @Flag(help: "End with 1 when something can't be told, too.")
    var strict = false

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    func run() async throws {
        let timeout = try Self.duration(self.timeout, "--timeout", .milliseconds(10)...Duration.seconds(60))
        let wait = try Self.duration(keepAliveWait, "--keep-alive-wait", .milliseconds(10)...Duration.seconds(300))
        let writePath = try allowWrites.map { try Self.path($0, "--allow-writes") }
        let fields = try access.fields()
        for name in identityHeader where !ProbeAccessOptions.isName(name) {
            throw ValidationError("--identity-header: \"\(name)\" is no name of a header field")
        }
        let (catalog, routeMap, configuration) = try config.loadMapAndConfiguration()
        let backend = try ProbedBackend(url: url, prefix: upstream, configuration, access)
        let rules = PassageRules(configuration, routeMap)
        let map = ProbedMap(routeMap, catalog, place: backend.place) { rules.passage($0) }
        let path = try baselinePath(map)
        let settings = ProbeSettings(
            path: path,
            writePath: writePath,
            nonce: "probe" + String(UInt64.random(in: 0..<1 << 40), radix: 36),
            identityFields: identityHeader,
            accessFields: fields,
            idleMilliseconds: Int(wait.nanoseconds / 1_000_000),
            poolIdleMilliseconds: Int(backend.upstream.pool.idleTimeout.nanoseconds / 1_000_000)
        )
        let report = try await report(settings, map, backend, fields, timeout)
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report)
        }
        if report.findings > 0 || (strict && report.unclear > 0) { throw ExitStatus.finding }
        guard report.checks.contains(where: { [.no, .note].contains($0.verdict) }) else { throw ExitStatus.badInput }
    }

    private func baselinePath(_ map: ProbedMap) throws -> ProbePath {
        if let path { return try Self.path(path, "--path") }
        guard let path = map.plainPath else {
            throw ValidationError(
                "the map has no GET route without parameters that goes to this backend: name a path that is there with --path"
            )
        }
        return path
    }

    private func report(
        _ settings: ProbeSettings,
        _ map: ProbedMap,
        _ backend: ProbedBackend,
        _ fields: [ProbeField],
        _ timeout: Duration
    ) async throws -> ProbeReport {
        let probe = BackendProbe(
            backend.server,
            of: backend.upstream,
            host: access.host ?? backend.server.endpoint.authority,
            fields: fields,
            timeout: timeout
        )
        let name = "\(backend.server.location)"
        let outcome = try await probe.run { ask in
            var seen: [ProbeObservation] = []
            for step in ProbeBaseline.steps(settings) {
                seen.append(await ask(step))
                // Each of the others would wait as long.
                if seen.count == 1, seen[0].answers.isEmpty { break }
            }
            let baseline: ProbeBaseline
            do throws(ProbeBaseline.Unusable) {
                baseline = try ProbeBaseline(seen, settings)
            } catch {
                return Outcome.unreachable(error.description)
            }
            let context = ProbeContext(settings, baseline, map)
            var results: [ProbeResult] = []
            for check in ProbePlan.checks {
                var seen: [ProbeObservation] = []
                for step in check.steps(context) { seen.append(await ask(step)) }
                results.append(check.judge(seen, context))
            }
            return .report(ProbeReport(backend: name, context, results))
        }
        switch outcome {
        case .report(let report): return report
        case .unreachable(let why):
            StandardError.write("error: \(name) doesn't answer as it must: \(why)")
            throw ExitStatus.badInput
        }
    }

    private enum Outcome: Sendable {
        case report(ProbeReport)
        case unreachable(String)
    }

    private func show(_ report: ProbeReport) {
        print("\(report.backend), by GET \(report.path) (\(report.status)), for \(report.routes) routes")
        if !(200..<300).contains(report.status) {
            print("That path isn't a success: name one that is with --path, and what lets in with --header-file.")
        }
        print("")
        var table = TextTable()
        for row in report.rows {
            let word: String =
                switch row.verdict {
                case .finding: "FINDING"
                case .note: "note"
                case .no: "no"
                case .unclear: "can't tell"
                case .skipped: "skipped"
                case nil: ""
                }
            table.add(word, row.label, row.text)
        }
        print(table.text)
        print("\n\(report.summary)")
    }

    private static func path(_ text: String, _ option: String) throws -> ProbePath {
        guard let path = ProbePath(parsing: text) else {
            throw ValidationError("\(option): \"\(text)\" is no path; write it like /api/v1/trades")
        }
        return path
    }

    private static func duration(_ text: String, _ option: String, _ range: ClosedRange<Duration>) throws -> Duration {
        let duration: Duration
        do {
            duration = try Duration(configurationText: text)
        } catch {
            throw ValidationError("\(option): \(error.message)" + (error.help.map { "; \($0)" } ?? ""))
        }
        guard range.contains(duration) else {
            let (low, high) = (range.lowerBound.configurationText, range.upperBound.configurationText)
            throw ValidationError("\(option): \(text) is not within \(low) and \(high)")
        }
        return duration
    }
}
