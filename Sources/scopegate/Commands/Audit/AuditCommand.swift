import ArgumentParser
import Audit
import Foundation
import GatewayConfig
import Glibc

/// Reads and checks the audit log.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read, search and check the audit log.",
        discussion: """
            All of these read the rotated files too, compressed or not.

            Example: scopegate audit query --since 2h --reason forbidden_scope
            """,
        subcommands: [
            AuditVerifyCommand.self, AuditQueryCommand.self, AuditTopCommand.self, AuditTailCommand.self,
            AuditExplainCommand.self, AuditReportCommand.self,
        ]
    )
}

/// Which log.
struct AuditLogOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The log. Default: audit.path of the configuration.", valueName: "path")
    )
    var log: String?

    @OptionGroup var config: ConfigOption

    /// The log's path.
    func path() throws -> String {
        if let log { return log }
        return try loaded().configuration.audit.path
    }

    /// What checks signatures: the keys in files, or the configuration's `audit.signing_key` when the log is the
    /// configuration's.
    func signer(keyFiles: [String]) throws -> AuditSigner? {
        let keys = try keyFiles.map(Self.key)
        if let first = keys.first { return AuditSigner(key: first, formerKeys: Array(keys.dropFirst())) }
        guard log == nil || config.config != nil else { return nil }
        return try loaded().configuration.audit.signingKey.map { AuditSigner(key: $0.bytes) }
    }

    /// A key as the configuration reads a secret from a file: without the line end at its end.
    private static func key(in file: String) throws -> [UInt8] {
        guard var bytes = FileManager.default.contents(atPath: file).map(Array.init), !bytes.isEmpty else {
            StandardError.write("\(file): can't be read, or is empty")
            throw ExitStatus.badInput
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }

    private func loaded() throws -> LoadedConfiguration {
        do {
            return try config.load()
        } catch let errors as ConfigErrors {
            StandardError.write(errors.description)
            if log == nil { StandardError.write("or name the log itself with --log") }
            throw ExitStatus.badInput
        }
    }
}

/// Which records.
struct AuditFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on: \(AuditTimeText.forms).", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before this time; the same forms.", valueName: "time"))
    var until: String?

    @Option(help: "The key's fingerprint or id.")
    var key: [String] = []

    @Option(help: "Whom the key stands for.")
    var subject: [String] = []

    @Option(help: "The scope that was missing, or one of those needed.")
    var scope: [String] = []

    @Option(help: "The route's template or the path; with * at its end all that begin so.")
    var route: [String] = []

    @Option(help: "The reason: forbidden_scope, invalid_key, unmapped_route, …")
    var reason: [String] = []

    @Option(help: "The client's address, the one for which a proxy forwards, or the SHA-256 of its certificate.")
    var client: [String] = []

    @Option(help: "The method.")
    var method: [String] = []

    @Option(help: "The status, or 4xx and the like.")
    var status: [String] = []

    @Option(help: "What the record is about: denied, allowed, shadow, reload, revocation, start, stop, gap, …")
    var event: [String] = []

    /// - Parameter events: What is wanted when --event isn't given.
    func filter(events: [String] = []) throws -> AuditFilter {
        var filter = AuditFilter()
        filter.since = try since.map { try Self.time($0, "--since") }
        filter.until = try until.map { try Self.time($0, "--until") }
        filter.keys = key
        filter.subjects = subject
        filter.scopes = scope
        filter.routes = route
        filter.reasons = reason
        filter.clients = client
        filter.methods = method
        filter.statuses = status
        filter.events = event.isEmpty ? events : event
        return filter
    }

    private static func time(_ text: String, _ option: String) throws -> Int64 {
        guard let time = AuditTimeText.parse(text, now: wallMicroseconds()) else {
            throw ValidationError("\(option): \"\(text)\" is not a time; write it like \(AuditTimeText.forms)")
        }
        return time
    }
}

/// The time now, in microseconds since 1970.
func wallMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}

/// For whom records are printed.
enum RecordFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case csv
}

extension AuditScan {
    /// Reads a log for a command: shows how far it has got, and says what is wrong in the command's way.
    static func run(path: String, filter: AuditFilter, _ body: (AuditLine) -> Next) throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        do {
            try AuditScan(path: path, filter: filter) { progress.update($0, of: $1) }.forEach(body)
        } catch {
            progress.clear()
            StandardError.write(error.description)
            throw ExitStatus.badInput
        }
    }
}
