import JournalDemo
import Synchronization
import Testing

/// What sets a gateway apart from the one that most cases run against.
struct GatewayVariant: Hashable, Sendable {
    /// Lines of the top level of scopegate.yaml.
    var lines: [String] = []
    /// Lines of its upstream section.
    var upstreamLines: [String] = []

    var isUsual: Bool { lines.isEmpty && upstreamLines.isEmpty }
}

/// What all cases run against: a recording backend, a key service, and a gateway for each configuration.
final class RawEnvironment: Sendable {
    @TaskLocal static var current: RawEnvironment?

    let backend: RecordingBackend
    private let journal: JournalServers
    private let gateways = Mutex<[GatewayVariant: GatewayProcess]>([:])
    private let keys = Mutex<[String: IssuedKey]>([:])

    static let routes = """
        version: 1
        routes:
          /probe: {GET: public}
          /open/{rest...}: {GET: public, PUT: public, POST: public, PATCH: public, DELETE: public, OPTIONS: public}
          /closed/{rest...}: {GET: "read:trades", PUT: "write:trades", POST: "write:trades", DELETE: "write:trades"}
          /bodied/{rest...}: {GET: {scope: public, body: 16}, DELETE: {scope: public, body: 16}}
          /small: {POST: {scope: "write:trades", body: 16}}
          /symbols/{symbol}: {GET: {scope: public, allow: [encoded_slash, encoded_percent]}}
          /symbols/{symbol}/depth: {GET: public}
          /trades/{tradeId}: {GET: "read:trades"}
          /trades/{tradeId}/tags: {GET: "read:trades", PUT: "write:tags"}
          /any/{id}: {GET: {any: ["read:accounts", "read:balance"]}}
          /all/{id}: {GET: {all: ["read:trades", "read:accounts"]}}
        """

    init(journal: JournalServers) throws {
        self.journal = journal
        backend = try RecordingBackend()
    }

    /// One loop, so that what one connection causes comes before what a later one does.
    func gateway(_ variant: GatewayVariant) throws -> GatewayProcess {
        if let running = gateways.withLock({ $0[variant] }) { return running }
        var settings = journal.settings
        settings.upstream = "http://127.0.0.1:\(backend.port)"
        settings.routes = Self.routes
        settings.threads = 1
        settings.rest = variant.lines
        settings.upstreamOptions = variant.upstreamLines
        let gateway = try GatewayProcess(settings)
        gateways.withLock { $0[variant] = gateway }
        return gateway
    }

    func placeholders(port: Int) -> Placeholders {
        Placeholders(
            gatewayPort: port,
            backendPort: backend.port,
            key: { [self] scopes in
                let issued = key(scopes, expiresIn: nil)
                return (issued.id, issued.key)
            },
            expiredKey: key("read:trades write:trades", expiresIn: 0).key
        )
    }

    private func key(_ scopes: String, expiresIn: Int64?) -> IssuedKey {
        keys.withLock { keys in
            let name = "\(scopes) \(expiresIn ?? -1)"
            if let known = keys[name] { return known }
            let list = scopes.split(separator: " ").map(String.init)
            let issued = journal.keys.issue(name: "raw", scopes: list, expiresIn: expiresIn)
            keys[name] = issued
            return issued
        }
    }

    /// Ends all gateways as an operator would; each has to have lived through its cases.
    func stop() throws {
        let gateways = gateways.withLock { Array($0) }
        for (_, gateway) in gateways { gateway.child.signal(15) }
        for (variant, gateway) in gateways {
            let end = try gateway.child.wait(within: 40)
            if end != .exited(0) {
                Issue.record("the gateway with \(variant) ended: \(end), and logged: \(gateway.log.suffix(20_000))")
            }
        }
        try backend.stop()
    }
}

/// Brings the environment up for a suite, and down after it.
struct RawEnvironmentTrait: SuiteTrait, TestTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withJournal { journal in
            let environment = try RawEnvironment(journal: journal)
            let result: Result<Void, any Error>
            do {
                result = .success(try await RawEnvironment.$current.withValue(environment) { try await function() })
            } catch {
                result = .failure(error)
            }
            try environment.stop()
            try result.get()
        }
    }
}
