import Audit
import CurlTransport
import Digests
import GatewayConfig
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Puts new configurations into force while the gateway runs, one at a time.
///
/// Files are read, checked and compiled on a thread of their own. Then every loop is handed the new snapshot, and only
/// when all have it the reload has succeeded. Requests go on with the snapshot that they began with. What fails to load
/// changes nothing.
final class Reloader: Sendable {
    /// Loads the configuration, with the number that its route map gets.
    typealias Load = @Sendable (UInt64) throws(ConfigErrors) -> LoadedConfiguration

    private struct State {
        var loaded: LoadedConfiguration
        var snapshot: RuntimeSnapshot
        var generation: Generation
    }

    private let loops: [GatewayLoop]
    private let services: GatewayServices
    private let load: Load
    private let startConfiguration: GatewayConfiguration
    private let logger: Logger
    private let state: Mutex<State>
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let lastFailed = Atomic<Bool>(false)
    private let onReload = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        _ loaded: LoadedConfiguration,
        snapshot: RuntimeSnapshot,
        loops: [GatewayLoop],
        services: GatewayServices,
        load: @escaping Load
    ) {
        self.loops = loops
        self.load = load
        self.services = services
        startConfiguration = loaded.configuration
        logger = services.logger
        state = Mutex(
            State(loaded: loaded, snapshot: snapshot, generation: Self.generation(loaded, number: 1, way: .start))
        )
        thread.start()
    }

    /// The generation that runs.
    var generation: Generation { state.withLock { $0.generation } }

    /// Makes key fingerprints, as the audit's newest records have them.
    var fingerprint: HMACSHA256 { state.withLock { $0.snapshot.fingerprint } }

    /// The configuration that runs, as it was loaded.
    var loaded: LoadedConfiguration { state.withLock { $0.loaded } }

    /// Whether the last reload failed, so that the files are not what runs.
    var lastReloadFailed: Bool { lastFailed.load(ordering: .relaxed) }

    /// Is told after each reload, on the reloading thread.
    func notify(_ body: (@Sendable () -> Void)?) {
        onReload.withLock { $0 = body }
    }

    /// Reloads; the result comes when every loop has the new configuration.
    func reload(_ way: Generation.Way, on eventLoop: any EventLoop) -> EventLoopFuture<ReloadResult> {
        thread.runIfActive(eventLoop: eventLoop) { [self] in try reloadNow(way) }
    }

    func stop() {
        notify(nil)
        thread.shutdownGracefully { _ in }
    }

    private func reloadNow(_ way: Generation.Way) throws -> ReloadResult {
        defer { onReload.withLock { $0 }?() }
        let current = state.withLock { $0 }
        let loaded: LoadedConfiguration
        do {
            loaded = try load(current.generation.number + 1)
        } catch {
            return fail(way, current.generation, error.diagnostics)
        }
        let generation = Self.generation(loaded, number: current.generation.number + 1, way: way)
        let curls = loops.map(\.curl)
        let snapshot = RuntimeSnapshot(
            loaded,
            succeeding: current.snapshot,
            processSecret: services.processSecret,
            metrics: services.metrics
        )
        snapshot.grants.use(curls)
        // From the first loop on requests are decided by the new map, so that is when it comes into force.
        // Revocations go to the new grants before any loop uses them.
        services.use(snapshot.grants)
        let handed = loops.map { loop in loop.eventLoop.submit { loop.use(snapshot) } }
        for future in handed { try future.wait() }
        state.withLock { $0 = State(loaded: loaded, snapshot: snapshot, generation: generation) }
        lastFailed.store(false, ordering: .relaxed)
        services.metrics.reloaded(way, succeeded: true)
        // What can't change stays as it was at the start, so it is the start that counts.
        let needsRestart = RestartSettings.changed(from: startConfiguration, to: loaded.configuration)
        var metadata: Logger.Metadata = [
            "generation": "\(generation.number)", "digest": "\(generation.digest)", "routes": "\(generation.routes)",
            "way": "\(way.rawValue)",
        ]
        if !needsRestart.isEmpty { metadata["needs_restart"] = "\(needsRestart.joined(separator: ", "))" }
        logger.notice("reloaded", metadata: metadata)
        services.audit.append(
            .reload(
                AuditReload(
                    isApplied: true,
                    generation: generation.number,
                    digest: generation.digest,
                    trigger: way.rawValue
                )
            )
        )
        return ReloadResult(
            generation: generation,
            errors: [],
            warnings: loaded.warnings,
            needsRestart: needsRestart
        )
    }

    private func fail(_ way: Generation.Way, _ generation: Generation, _ diagnostics: [Diagnostic]) -> ReloadResult {
        lastFailed.store(true, ordering: .relaxed)
        services.metrics.reloaded(way, succeeded: false)
        for diagnostic in diagnostics where diagnostic.severity == .error {
            logger.error(
                "reload failed, generation \(generation.number) goes on",
                metadata: ["way": "\(way.rawValue)", "error": "\(diagnostic)"]
            )
        }
        services.audit.append(
            .reload(
                AuditReload(
                    isApplied: false,
                    generation: generation.number,
                    trigger: way.rawValue,
                    problem: diagnostics.first { $0.severity == .error }.map { "\($0)" }
                )
            )
        )
        return ReloadResult(generation: generation, errors: diagnostics, warnings: [], needsRestart: [])
    }

    private static func generation(_ loaded: LoadedConfiguration, number: UInt64, way: Generation.Way) -> Generation {
        Generation(
            number: number,
            digest: loaded.routeMap.digest,
            routes: loaded.routeMap.routes.count,
            timeMicroseconds: SystemClock.wallMicroseconds,
            way: way
        )
    }
}
