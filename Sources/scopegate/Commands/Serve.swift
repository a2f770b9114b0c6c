import ArgumentParser
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
            Logs JSON lines to standard error. SIGTERM and SIGINT end it in order: what is under way is finished, for \
            as long as shutdown.grace_period allows. SIGHUP loads the files again, and so does a change of them; \
            what does not load changes nothing. SIGUSR1 opens the audit and the access log anew, for \
            logrotate.

            Example: scopegate serve --config /etc/scopegate/scopegate.yaml
            """
    )

    @OptionGroup var config: ConfigOption

    func run() async throws {
        let loaded = try config.loadOrExit()
        let path = config.path
        let logger = Logger(loaded.configuration.log)
        do {
            let server = GatewayServer(loaded, version: Version.number, logger: logger, path: path) {
                generation throws(ConfigErrors) in
                try ConfigOption.load(path, generation: generation)
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
            throw ExitStatus.badInput
        }
    }
}

extension Logger {
    /// The gateway's log.
    init(_ configuration: LogConfiguration) {
        let level = Logger.Level(rawValue: configuration.level.rawValue) ?? .info
        self.init(label: "scopegate") { _ in JSONLogHandler(level: level) }
    }
}
