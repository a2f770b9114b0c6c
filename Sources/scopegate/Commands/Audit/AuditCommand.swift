import ArgumentParser
import Audit
import Foundation
import Gateway
import GatewayConfig
import Glibc
import ScopeModel

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
        help: ArgumentHelp(
            "The log; - is standard input. Default: audit.path of the configuration.",
            valueName: "path"
        )
    )
    var log: String?

    @OptionGroup var config: ConfigOption

    /// The log is the configuration's, so that its key and its scopes are the log's.
    var isConfigurations: Bool { log == nil || config.isNamed }

    /// The scopes that the log's records may name; nil when they aren't known.
    var catalog: ScopeCatalog? { isConfigurations ? config.catalogIfAny() : nil }

    /// The log's path. Of the configuration no more is read than has to do with the audit.
    func path() throws -> String {
        if let log { return log }
        guard config.isPresent else {
            StandardError.write("error: there is no \(config.path) here; name the log with --log, or --config")
            throw ExitStatus.badInput
        }
        let settings = config.operatorSettings
        if let audit = settings.audit { return audit.path }
        for problem in settings.problems { StandardError.write(problem.description) }
        StandardError.write("error: the configuration does not say where the log is; name it with --log")
        throw ExitStatus.badInput
    }

    /// What checks signatures: the keys in files, or the configuration's `audit.signing_key` when the log is the
    /// configuration's. One that can't be read is said.
    func signer(keyFiles: [String]) throws -> AuditSigner? {
        let keys = try keyFiles.map(Self.key)
        if let first = keys.first { return AuditSigner(key: first, formerKeys: Array(keys.dropFirst())) }
        guard isConfigurations, config.isPresent else { return nil }
        let settings = config.operatorSettings
        if let key = settings.audit?.signingKey { return AuditSigner(key: key.bytes) }
        for problem in settings.problems where problem.message.hasPrefix("audit.signing_key") {
            StandardError.write("\(problem)\n  help: signatures are not checked; --key-file can take its place")
        }
        return nil
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
}

/// Which records. In texts `*` stands for any characters.
struct AuditFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on: \(AuditTimeText.forms).", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before this time; the same forms.", valueName: "time"))
    var until: String?

    @Option(help: "The key's fingerprint or id.")
    var key: [String] = []

    @Option(help: "Whom the key stands for.")
    var subject: [String] = []

    @Option(help: "The scope that was missing, or one of those needed; write:* is all that begin so.")
    var scope: [String] = []

    @Option(help: "The route's template or the path; /api/* is all that begin so.")
    var route: [String] = []

    @Option(help: "The reason: forbidden_scope, invalid_key, unmapped_route, …")
    var reason: [String] = []

    @Option(
        help: """
            The client's address or network (10.0.0.0/8), the one for which a proxy forwards, or the SHA-256 of its \
            certificate.
            """
    )
    var client: [String] = []

    @Option(help: "The method, in any case.")
    var method: [String] = []

    @Option(help: "The status, or 4xx and the like.")
    var status: [String] = []

    @Option(help: "What the record is about: \(AuditEvent.names.joined(separator: ", ")).")
    var event: [String] = []

    /// - Parameters:
    ///   - events: What is wanted when --event isn't given.
    ///   - catalog: The scopes that there are, if they are known; asked for when a scope is given.
    func filter(events: [String] = [], catalog: () -> ScopeCatalog?) throws -> AuditFilter {
        var texts = AuditFilterTexts()
        texts.since = since
        texts.until = until
        texts.keys = key
        texts.subjects = subject
        texts.scopes = scope
        texts.routes = route
        texts.reasons = reason
        texts.clients = client
        texts.methods = method
        texts.statuses = status
        texts.events = event.isEmpty ? events : event
        do {
            return try texts.filter(now: WallClock.microseconds, catalog: scope.isEmpty ? nil : catalog())
        } catch {
            throw ValidationError("--\(error)")
        }
    }

    /// The filter for a log.
    func filter(events: [String] = [], of log: AuditLogOption) throws -> AuditFilter {
        try filter(events: events) { log.catalog }
    }

    /// Says, when nothing was found, that nobody knows whether there are the scopes that were asked for.
    func noteUncheckedScopes(of log: AuditLogOption) {
        guard log.catalog == nil, let name = scope.first(where: { !$0.contains("*") }) else { return }
        StandardError.write(
            "note: whether there is a scope \(name) is not known here: no catalog; name the gateway's configuration by --config"
        )
    }
}

/// For whom records are printed.
enum RecordFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case csv
}

extension AuditScan {
    /// Reads a log for a command: shows how far it has got, and says what couldn't be read. Without a log, or with
    /// nothing in it, the command ends.
    ///
    /// - Parameter toleratesNothing: It goes on even then: the log may be about to begin.
    /// - Returns: Whether all of it was read. A command that says what it found ends with 1 when it wasn't.
    static func run(
        path: String,
        filter: AuditFilter,
        toleratesNothing: Bool = false,
        _ body: (AuditLine) -> Next
    ) throws -> Bool {
        let progress = ProgressLine()
        defer { progress.clear() }
        do {
            try AuditScan(path: path, filter: filter) { progress.update($0, of: $1) }.forEach(body)
            return true
        } catch {
            progress.clear()
            if case .nothing = error, toleratesNothing { return true }
            for problem in error.problems { StandardError.write("error: \(problem)") }
            if case .nothing = error { throw ExitStatus.badInput }
            let count = error.problems.count
            StandardError.write(
                "what \(count == 1 ? "this file holds" : "these \(count) files hold") is not in the answer"
            )
            return false
        }
    }
}
