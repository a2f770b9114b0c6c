import ArgumentParser
import Foundation
import Gateway
import GatewayConfig
import Introspection
import StrictJSON

/// Shows what the endpoint says of a key.
struct Introspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the introspection endpoint about a key, and show how its answer is read.",
        discussion: """
            The running gateway asks, as it would for a request, whatever its cache has; this command needs the address \
            and the token of its admin listener only. With --direct no gateway is needed: this command asks, and of the \
            configuration reads introspection, keys and the catalog only, secrets included. The key is read from standard \
            input, never from the command line. Ends with 1 when the key is not active or nothing is known of it.

            Example: printf %s "$KEY" | scopegate introspect --admin 127.0.0.1:9901
            Example: printf %s "$KEY" | scopegate introspect --direct --config scopegate.yaml
            """
    )

    @Flag(help: "Ask the endpoint from here instead of having a running gateway ask.")
    var direct = false

    @Option(
        help: ArgumentHelp(
            "The admin listener. Default: SCOPEGATE_ADMIN, or else the configuration's.",
            valueName: "host:port"
        )
    )
    var admin: String?

    @OptionGroup var access: AdminAccessOptions
    @OptionGroup var format: FormatOption

    /// The report that ``IntrospectionReport`` makes.
    private struct Report: Decodable {
        var endpoints: [String]
        var status: Int?
        var contentType: String?
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

    func validate() throws {
        guard !direct || (admin == nil && access.tokenFile == nil) else {
            throw ValidationError("--direct asks no gateway: leave --admin and --token-file out")
        }
    }

    func run() async throws {
        let json = try await direct ? askedFromHere() : askedByGateway()
        guard let report = try? JSONDecoder().decode(Report.self, from: Data(json)) else {
            StandardError.write("error: \(AdminProblem.unknownAnswer)")
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: print(String(decoding: json, as: UTF8.self))
        case .text: show(report)
        }
        if report.outcome != "active" { throw ExitStatus.finding }
    }

    private func askedByGateway() async throws -> [UInt8] {
        // The gateway waits for the endpoint as long as introspection.timeout says, a minute at most.
        let client = try access.client(admin, timeout: .seconds(70))
        let key = try KeyInput.read()
        let answer: AdminClient.Answer
        do {
            let body = Array("{\"key\":".utf8) + JSONQuoting.quoted(key) + Array("}".utf8)
            answer = try await client.post("/introspect", json: body)
        } catch let error as AdminClient.NoAnswer {
            StandardError.write("error: \(error)\n  help: --direct asks the endpoint without a gateway")
            throw ExitStatus.badInput
        }
        switch answer.status {
        case 200: return answer.body
        case 401: StandardError.write("error: \(AdminProblem.noToken)")
        default:
            let text = String(decoding: answer.body.prefix(500), as: UTF8.self)
            StandardError.write("error: the gateway answered \(answer.status): \(text)")
        }
        throw ExitStatus.badInput
    }

    private func askedFromHere() async throws -> [UInt8] {
        let config = access.config
        let (configuration, catalog) = try config.orExit {
            try ConfigLoader.loadIntrospection(
                path: config.path,
                environment: Environment.variables,
                files: SystemFiles(),
                certificates: TLSCertificates()
            )
        }
        let key = try KeyInput.read()
        let probe = try await IntrospectionProbe.ask(key, configuration: configuration, catalog: catalog)
        return IntrospectionReport(
            probe,
            key: key,
            endpoints: configuration.introspection.endpoints.map(\.description),
            catalog: catalog,
            wallSeconds: WallClock.seconds
        ).json.bytes
    }

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
            let times = kept[0] == kept[1] ? "\(kept[0]) s" : "\(kept[0]) to \(kept[1]) s"
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
