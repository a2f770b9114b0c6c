import ArgumentParser
import Digests
import Foundation
import Gateway
import GatewayConfig
import JournalDemo
import Logging
import NIOPosix
import ScopeModel
import ServiceLifecycle

/// Starts everything that is needed to see the gateway work.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the gateway in front of a journal backend and a key service of its own.",
        discussion: """
            All three listen on 127.0.0.1 and keep what they hold in memory. Prints a key for each preset and requests \
            to try, one of which is refused with forbidden_scope. Ends with Ctrl-C, and leaves nothing behind but the audit \
            file that --audit names.

            Example: scopegate demo --port 8080
            """
    )

    @Option(help: "The gateway's port; 0 for any free one.")
    var port = 8080

    @Option(help: "The admin listener's port; 0 for any free one.")
    var adminPort = 9901

    @Option(help: "The journal backend's port; 0 for any free one.")
    var backendPort = 9001

    @Option(help: "The key service's port; 0 for any free one.")
    var keyServicePort = 9002

    @Option(help: "The audit file. Default: a new one, which is removed at the end.")
    var audit: String?

    @OptionGroup var format: FormatOption

    func validate() throws {
        for port in [port, adminPort, backendPort, keyServicePort] where !(0...65_535 ~= port) {
            throw ValidationError("\(port) is not a port: a number from 0 to 65535")
        }
    }

    func run() async throws {
        if let audit { return try await run(auditPath: audit) }
        let scratch = try ScratchFolder(named: "scopegate-demo")
        defer { scratch.remove() }
        try await run(auditPath: scratch.file("audit.jsonl"))
    }

    private func run(auditPath: String) async throws {
        let (catalog, _) = try ConfigLoader.loadEmbedded(digest: { SHA256.hash($0).hex })
        let secret = try SystemRandom.bytes(count: 24).map { String(format: "%02x", $0) }.joined()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let demo = try await Demo.start(
                group: group,
                backendPort: backendPort,
                keyServicePort: keyServicePort,
                catalog: DemoScopeCatalog(catalog),
                client: .init(id: "scopegate", secret: secret)
            )
            try await runGateway(demo, secret: secret, auditPath: auditPath)
            await demo.stop()
            try await group.shutdownGracefully()
        } catch {
            StandardError.write("error: \(error)")
            try? await group.shutdownGracefully()
            throw ExitStatus.badInput
        }
    }

    private func runGateway(_ demo: RunningDemo, secret: String, auditPath: String) async throws {
        let document = DemoConfiguration(
            port: port,
            adminPort: adminPort,
            backendPort: demo.backendPort,
            keyServicePort: demo.keyServicePort,
            auditPath: auditPath
        )
        let loaded = try ConfigLoader.load(
            path: DemoConfiguration.path,
            environment: [DemoConfiguration.secretName: secret],
            files: document,
            digest: { SHA256.hash($0).hex }
        )
        let logger = Logger(LogConfiguration(level: .error))
        let gateway = GatewayServer(loaded, logger: logger) { _ throws(ConfigErrors) in loaded }
        let guide = DemoGuide(demo: demo, auditPath: auditPath, format: format.format)
        try await ServiceGroup(
            services: [DemoService(gateway: gateway, guide: guide)],
            gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
            logger: logger
        ).run()
    }
}

/// Runs the gateway and prints the guide as soon as it listens.
private struct DemoService: Service {
    let gateway: GatewayServer
    let guide: DemoGuide

    func run() async throws {
        let addresses = try await gateway.start()
        try guide.show(addresses)
        try? await gracefulShutdown()
        await gateway.stop()
    }
}

extension DemoScopeCatalog {
    init(_ catalog: ScopeCatalog) {
        self.init(
            scopes: catalog.entries.map {
                Scope(
                    name: $0.scope.description,
                    description: $0.description,
                    isAutomatic: $0.isAutomatic,
                    isReserved: $0.isReserved
                )
            },
            presets: catalog.presets.map {
                Preset(
                    id: $0.id,
                    title: $0.title,
                    scopes: catalog.names(of: catalog.scopes(inPreset: $0.id) ?? ScopeSet())
                )
            }
        )
    }
}
