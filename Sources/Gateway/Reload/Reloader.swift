import Audit
import CurlTransport
import Digests
import GatewayConfig
import Logging
import NIOCore
import NIOPosix
import RouteMap
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
        /// The files of a configuration that was refused after the one that runs: they may be mended.
        var refusedFiles: [String] = []
        /// The last reloads, the oldest first.
        var history: [ReloadResult] = []
    }

    private static let keptResults = 20
    /// Larger maps aren't compared: that takes time that grows with their product.
    private static let comparedRoutes = 2000

    private let loops: [GatewayLoop]
    private let services: GatewayServices
    private let exporter: OTLPExporter?
    private let load: BoundedLoading
    private let startConfiguration: GatewayConfiguration
    private let logger: Logger
    private let state: Mutex<State>
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let lastFailed = Atomic<Bool>(false)
    private let checks = HealthChecks()
    private let onReload = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        _ loaded: LoadedConfiguration,
        snapshot: RuntimeSnapshot,
        loops: [GatewayLoop],
        services: GatewayServices,
        exporter: OTLPExporter? = nil,
        load: @escaping Load
    ) {
        self.loops = loops
        self.exporter = exporter
        self.load = BoundedLoading(load)
        self.services = services
        startConfiguration = loaded.configuration
        logger = services.logger
        state = Mutex(
            State(loaded: loaded, snapshot: snapshot, generation: Self.generation(loaded, number: 1, way: .start))
        )
        thread.start()
        checks.run(snapshot.upstreams.upstreams, on: loops.map(\.curl))
    }

    /// The generation that runs.
    var generation: Generation { state.withLock { $0.generation } }

    /// Makes key fingerprints, as the audit's newest records have them.
    var fingerprint: HMACSHA256 { state.withLock { $0.snapshot.fingerprint } }

    /// The configuration that runs, as it was loaded.
    var loaded: LoadedConfiguration { state.withLock { $0.loaded } }

    /// The files that the configuration that runs names, and those of a newer one that was refused.
    var namedFiles: [String] {
        state.withLock { $0.loaded.configuration.namedFiles + $0.refusedFiles }
    }

    /// The backends in force.
    var upstreams: [Upstream] { state.withLock { $0.snapshot.upstreams.upstreams } }

    /// What listeners secure their connections with.
    var listenerTLS: [ListenerTLS?] { state.withLock { $0.snapshot.tls } }

    /// The last reloads, the oldest first.
    var history: [ReloadResult] { state.withLock { $0.history } }

    /// The configuration in force: what needs a restart is as it was at the start.
    var effectiveConfiguration: EffectiveConfiguration {
        EffectiveConfiguration(RestartSettings.inForce(startConfiguration, loaded.configuration))
    }

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
        checks.stop()
        load.stop()
        thread.shutdownGracefully { _ in }
    }

    private func reloadNow(_ way: Generation.Way) throws -> ReloadResult {
        defer { onReload.withLock { $0 }?() }
        services.accessLog?.reopen()
        let result = try attempt(way)
        state.withLock { state in
            state.history.append(result)
            if state.history.count > Self.keptResults { state.history.removeFirst() }
        }
        return result
    }

    private func attempt(_ way: Generation.Way) throws -> ReloadResult {
        let current = state.withLock { $0 }
        let loaded: LoadedConfiguration
        do {
            loaded = try load(current.generation.number + 1, within: current.loaded.configuration.reload.timeout)
        } catch {
            state.withLock { $0.refusedFiles = error.files }
            return fail(way, current.generation, error.diagnostics)
        }
        let tls: [ListenerTLS?]
        do {
            tls = try ListenerTLS.make(startConfiguration.listen, loaded, previous: current.snapshot.tls)
        } catch {
            return fail(way, current.generation, [Self.diagnostic("listen: TLS can't be set up: \(error)")])
        }
        let generation = Self.generation(loaded, number: current.generation.number + 1, way: way)
        let curls = loops.map(\.curl)
        let snapshot = RuntimeSnapshot(
            loaded,
            listeners: startConfiguration.listen,
            succeeding: current.snapshot,
            processSecret: services.processSecret,
            metrics: services.metrics,
            logger: logger,
            tls: tls
        )
        snapshot.grants.use(curls)
        // From the first loop on requests are decided by the new map, so that is when it comes into force.
        // Revocations go to the new grants before any loop uses them.
        services.use(snapshot.grants)
        let handed = loops.map { loop in loop.eventLoop.submit { loop.use(snapshot) } }
        for future in handed { try future.wait() }
        checks.run(snapshot.upstreams.upstreams, on: curls)
        if let tracing = loaded.configuration.tracing { exporter?.use(tracing) }
        state.withLock { state in
            state.loaded = loaded
            state.snapshot = snapshot
            state.generation = generation
            state.refusedFiles = []
        }
        lastFailed.store(false, ordering: .relaxed)
        services.metrics.reloaded(way, succeeded: true)
        // What can't change stays as it was at the start, so it is the start that counts.
        let needsRestart = RestartSettings.changed(from: startConfiguration, to: loaded.configuration)
        var metadata: Logger.Metadata = [
            "generation": "\(generation.number)", "digest": "\(generation.digest)", "routes": "\(generation.routes)",
            "way": "\(way.rawValue)",
        ]
        if let shadow = loaded.shadowMap { metadata["shadow_digest"] = "\(shadow.digest)" }
        if !needsRestart.isEmpty { metadata["needs_restart"] = "\(needsRestart.joined(separator: ", "))" }
        logger.notice("reloaded", metadata: metadata)
        services.audit.record(
            .reload(
                AuditReload(
                    isApplied: true,
                    generation: generation.number,
                    digest: generation.digest,
                    trigger: way.rawValue
                )
            ),
            or: logger
        )
        return ReloadResult(
            way: way,
            timeMicroseconds: generation.timeMicroseconds,
            generation: generation,
            errors: [],
            warnings: loaded.warnings,
            needsRestart: needsRestart,
            changes: Self.changes(from: current.loaded, to: loaded)
        )
    }

    private static func changes(from old: LoadedConfiguration, to new: LoadedConfiguration) -> [RouteMapDiff.Change]? {
        guard max(old.routeMap.routes.count, new.routeMap.routes.count) <= comparedRoutes else { return nil }
        return RouteMapDiff(old: old.routeMap, old.catalog, new: new.routeMap, new.catalog).changes
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
        services.audit.record(
            .reload(
                AuditReload(
                    isApplied: false,
                    generation: generation.number,
                    digest: generation.digest,
                    trigger: way.rawValue,
                    problem: diagnostics.first { $0.severity == .error }.map { "\($0)" }
                )
            ),
            or: logger
        )
        return ReloadResult(
            way: way,
            timeMicroseconds: SystemClock.wallMicroseconds,
            generation: generation,
            errors: diagnostics,
            warnings: [],
            needsRestart: [],
            changes: nil
        )
    }

    static func diagnostic(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(file: "scopegate.yaml", line: 1, column: 1, severity: .error, message: message, suggestion: help)
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
