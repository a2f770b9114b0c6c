import ArgumentParser
import Foundation
import Gateway
import GatewayConfig
import Glibc
import Logging
import ServiceLifecycle

/// Runs the gateway.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway.",
        discussion: """
            Logs to standard error, in JSON unless log.format says otherwise. SIGTERM and SIGINT end it in order: what is under way is finished, for \
            as long as shutdown.grace_period allows, and kept connections are told so. SIGHUP loads the files again, and so does a change of them; \
            what does not load changes nothing. SIGUSR1 opens the audit and the access log anew, for \
            logrotate. systemd is told of the start, of reloads and of the end (Type=notify), and with WatchdogSec= that \
            every event loop turns.

            Ends with 0 after a signal, with 2 when the configuration is wrong, and with 3 when it can't run for another \
            reason: a port that is taken, a file that can't be opened.

            Two gateways can share a socket and a configuration while one takes the other's place, but neither an audit \
            log nor an admin address: --audit and --admin give one its own.

            Example: scopegate serve --config /etc/scopegate/scopegate.yaml
            Example: scopegate serve --audit /var/lib/scopegate/b/audit.jsonl --admin unix:/run/scopegate/b.sock
            """
    )

    @Option(help: ArgumentHelp("The audit log, in the place of the configuration's audit.path.", valueName: "path"))
    var audit: String?

    @Option(
        help: ArgumentHelp(
            "The admin listener, in the place of the configuration's admin.address.",
            valueName: "host:port"
        )
    )
    var admin: String?

    @OptionGroup var config: ConfigOption

    func run() async throws {
        let admin = try admin.map { try AdminAccessOptions.address($0) }
        let place: @Sendable (LoadedConfiguration) -> LoadedConfiguration = { [audit] loaded in
            var loaded = loaded
            if let audit { loaded.configuration.audit.path = audit }
            if let admin { loaded.configuration.admin.address = admin }
            return loaded
        }
        let path = config.path
        let file = ConfigurationFile(path)
        let loaded = place(try load())
        if let admin, !admin.isLocal, loaded.configuration.admin.token == nil {
            throw ValidationError("--admin: others than this machine reach \(admin), so admin.token has to be set")
        }
        let logger = Logger(loaded.configuration.log)
        defer { GatewayLogHandler.flush() }
        logger.info("files", metadata: loaded.files(path))
        for warning in loaded.warnings { logger.log(warning) }
        do {
            let server = GatewayServer(loaded, version: Version.number, logger: logger, file: file) {
                generation throws(ConfigErrors) in
                place(try ConfigOption.load(path, generation: generation))
            }
            let reopening = SignalHandler(SIGUSR1) { server.reopenLogs() }
            defer { reopening.cancel() }
            try await ServiceGroup(
                services: [server],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            ).run()
        } catch {
            logger.critical("can't run", metadata: ["error": "\(error)"])
            throw ExitStatus.cannotRun
        }
    }

    /// Loads the configuration, or says what is wrong with it: to people as the other commands do, and else as lines of
    /// the log, for whoever reads those.
    private func load() throws -> LoadedConfiguration {
        do {
            return try config.load()
        } catch let errors as ConfigErrors {
            guard isatty(STDERR_FILENO) == 0 else {
                StandardError.write(errors.description)
                throw ExitStatus.badInput
            }
            let logger = Logger(errors.log)
            for diagnostic in errors.diagnostics { logger.log(diagnostic) }
            GatewayLogHandler.flush()
            throw ExitStatus.badInput
        }
    }
}

extension LoadedConfiguration {
    /// The files that the gateway works with, for its log.
    fileprivate func files(_ path: String) -> Logger.Metadata {
        func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        }
        return [
            "configuration": "\(absolute(path))",
            "routes": "\(routesFile.hasPrefix("<") ? routesFile : absolute(routesFile))",
            "audit": "\(absolute(configuration.audit.path))",
        ]
    }
}

extension Logger {
    /// Logs what is to be told about a file.
    fileprivate func log(_ diagnostic: Diagnostic) {
        var metadata: Logger.Metadata = ["at": "\(diagnostic.file):\(diagnostic.line):\(diagnostic.column)"]
        if let help = diagnostic.suggestion { metadata["help"] = "\(help)" }
        log(level: diagnostic.severity == .error ? .critical : .warning, "\(diagnostic.message)", metadata: metadata)
    }
}
