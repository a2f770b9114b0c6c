import Foundation
import Glibc
import Testing

/// What a gateway under test is configured with; what is left out is the default.
struct GatewaySettings {
    /// Where it listens.
    var listen = "127.0.0.1:0"
    /// Further members of that listener, such as `protocols: [h2]`.
    var listenOptions: [String] = []
    /// Further listeners, each as a mapping.
    var listeners: [String] = []
    var upstream: String
    /// Several servers in its place, each as a mapping.
    var servers: [String] = []
    var introspection = "http://127.0.0.1:1/introspect"
    /// Several endpoints in the place of the one.
    var introspections: [String] = []
    var introspectionSecret: String?
    /// Further lines of the sections, such as `first_byte_timeout: 1s`.
    var upstreamOptions: [String] = []
    var introspectionOptions: [String] = []
    var limits: [String] = []
    /// Further lines of the audit, such as `durability: synced`.
    var audit: [String] = []
    /// Where the audit is; from the gateway's own folder, unless it is absolute.
    var auditPath = "audit.jsonl"
    /// Further lines of the top level.
    var rest: [String] = []
    /// The text of routes.yaml; nil for the built-in one.
    var routes: String?
    var threads = 2
    /// How many descriptors the process may have; nil for as many as this one.
    var descriptors: Int?
    var admin = "{address: '127.0.0.1:0'}"
    /// Further variables of its environment.
    var environment: [String: String] = [:]
    /// Further files beside the configuration, by name.
    var files: [String: String] = [:]

    /// All paths below `/open/` are public; those below `/closed/` need read:trades, or write:trades to write.
    static let openRoutes = """
        version: 1
        routes:
          /open/{rest...}: {GET: public, PUT: public, POST: public, PATCH: public, DELETE: public, OPTIONS: public}
          /closed/{rest...}: {GET: "read:trades", PUT: "write:trades", POST: "write:trades"}
        """

    static let introspectionClient = "scopegate-test"

    func write(to folder: TemporaryFolder) throws -> String {
        let listeners = ["{\((["address: '\(listen)'"] + listenOptions).joined(separator: ", "))}"] + listeners
        var lines = ["listen: [\(listeners.joined(separator: ", "))]", "upstream:"]
        lines.append(servers.isEmpty ? "  url: '\(upstream)'" : "  servers: [\(servers.joined(separator: ", "))]")
        lines += upstreamOptions.map { "  \($0)" }
        lines.append("introspection:")
        lines.append(
            introspections.isEmpty
                ? "  url: \(introspection)" : "  urls: [\(introspections.joined(separator: ", "))]"
        )
        if introspectionSecret != nil {
            lines.append("  client: {id: \(Self.introspectionClient), secret: {env: E2E_INTROSPECTION_SECRET}}")
        }
        lines += introspectionOptions.map { "  \($0)" }
        if let routes {
            try folder.write("routes.yaml", routes)
            lines.append("routes: routes.yaml")
        }
        if !limits.isEmpty { lines += ["limits:"] + limits.map { "  \($0)" } }
        lines += ["audit:", "  path: '\(auditPath)'"] + audit.map { "  \($0)" }
        lines += ["admin: \(admin)", "threads: \(threads)"]
        for (name, text) in files { try folder.write(name, text) }
        return try folder.write("scopegate.yaml", (lines + rest).joined(separator: "\n") + "\n")
    }
}

/// The program under test.
enum Program {
    /// Next to the test bundle; `SCOPEGATE_BINARY` names another one, such as a release build.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["SCOPEGATE_BINARY"] { return given }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = bundle.split(separator: "/").dropLast().joined(separator: "/")
        let candidates = ["/\(beside)/scopegate", "\(Repository.root)/.build/debug/scopegate"]
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }()
}

/// A running `scopegate serve`.
final class GatewayProcess: Sendable {
    struct LogLine: Decodable {
        var level: String
        var message: String
        var address: String?
        var admin: String?
    }

    /// A line of the audit.
    struct AuditLine: Decodable {
        var time: String
        var event: String
        var request_id: String
        var client_request_id: String?
        var client: String
        var client_certificate: String?
        var method: String?
        var path: String?
        var template: String?
        var code: String
        var status: Int
        var cut: String?
        var required_scope: String?
        var granted_scopes: [String]?
        var key_id: String?
        var subject: String?
        var key_fingerprint: String?
    }

    let child: ChildProcess
    let port: Int
    /// 0 when it is a Unix socket.
    let adminPort: Int
    private let folder: TemporaryFolder

    /// - Parameter folder: Where its files are; a new one by default.
    init(_ settings: GatewaySettings, in folder: TemporaryFolder? = nil) throws {
        let folder = try folder ?? TemporaryFolder()
        let config = try settings.write(to: folder)
        let limit = settings.descriptors.map { "ulimit -n \($0); " } ?? ""
        let child = try ChildProcess(
            "sh",
            ["-c", "\(limit)exec \"$0\" \"$@\"", Program.path, "serve", "--config", config],
            environment: settings.environment
                .merging(settings.introspectionSecret.map { ["E2E_INTROSPECTION_SECRET": $0] } ?? [:]) { $1 },
            in: folder,
            name: "gateway"
        )
        self.folder = folder
        self.child = child
        let lines = try waitFor("the gateway is ready", within: 30) { () throws -> [LogLine]? in
            let lines = Self.logLines(child.errors)
            if lines.contains(where: { $0.message == "ready" }) { return lines }
            if let end = child.end() {
                throw ChildProcess.StartFailure(description: "the gateway ended, \(end): \(child.errors)")
            }
            return nil
        }
        port = try #require(Self.port(lines.first { $0.message == "listening" }?.address))
        adminPort = Self.port(lines.first { $0.message == "ready" }?.admin) ?? 0
    }

    private static func port(_ address: String?) -> Int? {
        address?.split(separator: ":").last.flatMap { Int($0) }
    }

    private static func logLines(_ text: String) -> [LogLine] {
        text.split(separator: "\n").compactMap { try? JSONDecoder().decode(LogLine.self, from: Data($0.utf8)) }
    }

    /// The ports of its listeners, in the order of the configuration; 0 for Unix sockets.
    var ports: [Int] {
        logLines.filter { $0.message == "listening" }.map { Self.port($0.address) ?? 0 }
    }

    /// What it has logged.
    var log: String { child.errors }
    var logLines: [LogLine] { Self.logLines(child.errors) }
    /// What it has written to standard output.
    var output: String { child.output }
    /// The path of a file of its own folder.
    func file(_ name: String) -> String { folder.file(name) }

    /// The configuration that it runs with.
    var configurationPath: String { folder.file("scopegate.yaml") }
    /// The text of the audit file.
    var auditText: String { folder.read("audit.jsonl") }

    /// The audit's records of requests.
    ///
    /// - Throws: When a line is not what the audit promises.
    func audit() throws -> [AuditLine] {
        struct Kind: Decodable { var event: String }
        let decoder = JSONDecoder()
        return try auditText.split(separator: "\n").compactMap { line in
            let data = Data(line.utf8)
            switch try decoder.decode(Kind.self, from: data).event {
            case "denied", "allowed", "shadow": return try decoder.decode(AuditLine.self, from: data)
            default: return nil
            }
        }
    }

    func client(receiveBuffer: Int32? = nil) throws -> RawClient {
        try RawClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// One request on a connection of its own.
    func exchange(
        _ method: String,
        _ target: String,
        key: String? = nil,
        fields: [String] = [],
        body: [UInt8] = [],
        within seconds: Double = 20
    ) throws -> RawResponse {
        try client().exchange(method, target, key: key, fields: fields, body: body, within: seconds)
    }

    /// Resident memory in bytes: now (`VmRSS`), or the most since ``forgetPeakMemory()`` (`VmHWM`).
    func memory(_ name: String = "VmRSS") throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(child.identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
        return try #require(kibibytes) * 1024
    }

    /// Makes `VmHWM` start anew (proc(5), clear_refs).
    func forgetPeakMemory() throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/\(child.identifier)/clear_refs"))
        try file.write(contentsOf: Data("5\n".utf8))
        try file.close()
    }

    /// Ends it as an operator would.
    func terminate(within seconds: Double = 30) throws -> ChildProcess.End {
        child.signal(SIGTERM)
        return try child.wait(within: seconds)
    }
}

/// Runs a test against a gateway of its own, which has to live through it and to end with 0 on SIGTERM.
func withGateway<Result>(
    _ settings: GatewaySettings,
    in folder: TemporaryFolder? = nil,
    _ body: (GatewayProcess) async throws -> Result
) async throws -> Result {
    let gateway = try GatewayProcess(settings, in: folder)
    defer { gateway.child.kill() }
    do {
        let result = try await body(gateway)
        if gateway.child.end() == nil { gateway.child.signal(SIGTERM) }
        let end = try gateway.child.wait(within: 40)
        #expect(end == .exited(0))
        return result
    } catch {
        let state = gateway.child.end().map { "ended: \($0)" } ?? "lives"
        Issue.record("\(error); the gateway \(state), and logged: \(gateway.log.suffix(2000))")
        throw error
    }
}
