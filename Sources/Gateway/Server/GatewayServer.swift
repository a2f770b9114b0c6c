import Audit
import CurlTransport
import Digests
import GatewayConfig
import Glibc
import Introspection
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The gateway: listeners, loops and what they share, from start to end.
public final class GatewayServer: Service {
    /// Where a gateway that has started listens.
    public struct Addresses: Sendable {
        /// The gateway's listeners, in the order of the configuration.
        public var listeners: [SocketAddress]
        /// The admin listener.
        public var admin: AdminAddress?
    }

    private struct Running: Sendable {
        var group: MultiThreadedEventLoopGroup
        var readiness: ReadinessThread
        var loops: [GatewayLoop]
        var services: GatewayServices
        var reloader: Reloader
        var watcher: FileWatcher?
        var listeners: GatewayListeners
        var admin: AdminListener
        var health: ServiceHealth
        var exporter: OTLPExporter?
    }

    private let loaded: LoadedConfiguration
    private let version: String
    private let logger: Logger
    private let file: ConfigurationFile?
    private let reload: @Sendable (UInt64) throws(ConfigErrors) -> LoadedConfiguration
    private let running = Mutex<Running?>(nil)

    /// A gateway of this configuration; it does nothing before ``start()`` or ``run()``.
    ///
    /// - Parameters:
    ///   - version: the program's, for the audit.
    ///   - file: the configuration's file, to be watched.
    ///   - reload: loads the configuration anew, with the number that its route map gets.
    public init(
        _ loaded: LoadedConfiguration,
        version: String = "unknown",
        logger: Logger,
        file: ConfigurationFile? = nil,
        reload: @escaping @Sendable (UInt64) throws(ConfigErrors) -> LoadedConfiguration
    ) {
        self.loaded = loaded
        self.version = version
        self.logger = logger
        self.file = file
        self.reload = reload
    }

    /// Starts, serves until a graceful shutdown is asked for, and ends in order.
    public func run() async throws {
        // Trapped before anything else, so that a SIGHUP while starting does not end the process.
        let signals = await UnixSignalsSequence(trapping: .sighup)
        let manager = ServiceManager.take()
        _ = try await start()
        manager?.tell(.ready)
        let loops = running.withLock { $0?.loops } ?? []
        let watchdog: Task<Void, Never>? =
            if let manager, let interval = manager.watchdogInterval {
                Task { await Self.tellWatchdog(manager, every: .microseconds(Int64(clamping: interval)), of: loops) }
            } else { nil }
        let reloading = Task {
            for await _ in signals {
                guard let current = self.running.withLock({ $0 }) else { return }
                manager?.tellReloading()
                _ = try? await current.reloader.reload(.signal, on: current.group.next()).get()
                manager?.tell(.ready)
            }
        }
        try? await gracefulShutdown()
        reloading.cancel()
        manager?.tell(.stopping)
        await stop {
            // A loop that has ended would never do what it is asked to.
            watchdog?.cancel()
            await watchdog?.value
        }
    }

    /// Tells the service manager that the gateway lives for as long as every event loop does what it is asked to.
    private static func tellWatchdog(
        _ manager: ServiceManager,
        every interval: Duration,
        of loops: [GatewayLoop]
    ) async {
        while !Task.isCancelled {
            for loop in loops { try? await loop.eventLoop.submit {}.get() }
            manager.tell(.watchdog)
            try? await Task.sleep(for: interval)
        }
    }

    /// Starts listening.
    ///
    /// - Throws: When an address can't be listened on, the audit file can't be opened, or the system gives no threads.
    public func start() async throws -> Addresses {
        let configuration = loaded.configuration
        let threads =
            switch configuration.threads {
            case .automatic: System.coreCount
            case .fixed(let count): count
            }
        let health = ServiceHealth()
        let metrics = GatewayMetrics()
        ProcessMetrics.noteStart()
        let descriptors = DescriptorBudget(configuration, loops: threads, limit: DescriptorBudget.raiseLimit())
        if let problem = descriptors.problem { logger.warning("\(problem)") }
        let processSecret = try SystemRandom.bytes(count: 32)
        let snapshot = RuntimeSnapshot(
            loaded,
            processSecret: processSecret,
            metrics: metrics,
            logger: logger,
            tls: try ListenerTLS.make(configuration.listen, loaded)
        )
        if configuration.audit.fingerprintSecret == nil {
            logger.warning("audit.fingerprint_secret is not set: key fingerprints in the audit change with every start")
        }
        let (recent, hub) = (AuditRecent(), EventHub())
        recent.load(path: configuration.audit.path)
        let logger = logger
        let accessLog = try configuration.accessLog.map { try AccessLog($0, logger: logger) }
        let exporter = try makeExporter()
        exporter?.start()
        let services = try makeServices(
            tap: { lines in
                recent.append(lines)
                hub.send(records: lines)
            },
            grants: snapshot.grants,
            processSecret: processSecret,
            health: health,
            metrics: metrics,
            connections: descriptors.connections,
            loops: threads,
            accessLog: accessLog
        )
        try accessLog?.checkIsApart(fromAuditAt: configuration.audit.path)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let readiness = try ReadinessThread()
        var loops: [GatewayLoop] = []
        for eventLoop in group.makeIterator() {
            loops.append(
                GatewayLoop(
                    eventLoop: eventLoop,
                    curl: try CurlLoop(eventLoop: eventLoop, readiness: readiness),
                    services: services,
                    snapshot: snapshot,
                    tracing: exporter.flatMap(loopTracing)
                )
            )
        }
        snapshot.grants.use(loops.map(\.curl))
        HeapKeeper().start(on: group.next())
        let reloader = Reloader(
            loaded,
            snapshot: snapshot,
            loops: loops,
            services: services,
            exporter: exporter,
            load: reload
        )
        let admin = AdminListener(
            configuration.admin,
            AdminListener.Subject(
                health: health,
                services: services,
                reloader: reloader,
                loops: loops,
                recent: recent,
                hub: hub,
                spans: exporter?.queue,
                version: version
            )
        )
        var started = Running(
            group: group,
            readiness: readiness,
            loops: loops,
            services: services,
            reloader: reloader,
            watcher: nil,
            listeners: GatewayListeners(group: group, loops: loops, services: services),
            admin: admin,
            health: health,
            exporter: exporter
        )
        do {
            let addresses = try await started.listeners.open(configuration.listen)
            let adminAddress = try await admin.start()
            if configuration.reload.watch, let file { started.watcher = watch(file, reloader, on: group.next()) }
            let settled = started
            running.withLock { $0 = settled }
            health.isServing.store(true, ordering: .relaxed)
            let upstreams = configuration.allUpstreams.flatMap(\.servers).map { "\($0.location)" }
            logger.notice(
                "ready",
                metadata: [
                    "routes": "\(loaded.routeMap.routes.count)", "generation": "\(loaded.routeMap.generation)",
                    "digest": "\(loaded.routeMap.digest)",
                    "upstream": "\(upstreams.joined(separator: ", "))", "admin": "\(adminAddress)",
                    "libcurl": "\(CurlLibrary.version)", "threads": "\(threads)",
                ]
            )
            return Addresses(listeners: addresses, admin: adminAddress)
        } catch {
            let settled = started
            running.withLock { $0 = settled }
            await stop()
            throw error
        }
    }

    /// Ends in order: goes on for `shutdown.lame_duck` as it was, only not ready; then takes no new connections, and
    /// has those that there are end with the response to their current request, or to one that comes within
    /// `shutdown.idle_grace`. What takes longer than `shutdown.grace_period` is cut.
    public func stop() async { await stop {} }

    /// - Parameter atLast: called when all that is left is to end the loops.
    private func stop(_ atLast: () async -> Void) async {
        let current = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let current else { return }
        logger.notice("shutting down")
        current.health.isServing.store(false, ordering: .relaxed)
        try? await Task.sleep(for: loaded.configuration.shutdown.lameDuck)
        current.services.isDraining.store(true, ordering: .relaxed)
        current.reloader.stop()
        current.watcher?.stop()
        let began = ContinuousClock.now
        let shutdown = loaded.configuration.shutdown
        await current.listeners.close(keepsHandedOver: true)
        for loop in current.loops { try? await loop.eventLoop.submit { loop.drain() }.get() }
        // The next gateway may not be there before this one has ended, and who connects until then waits; so this one
        // accepts for as long as it is here for idle connections anyway.
        if current.listeners.areHandedOver {
            await waitForConnections(current, until: began + min(shutdown.idleGrace, shutdown.gracePeriod))
        }
        await current.listeners.close()
        await waitForConnections(current, until: began + shutdown.gracePeriod)
        let left = current.services.metrics.connections.load(ordering: .relaxed)
        if left > 0 { logger.warning("cutting connections", metadata: ["count": "\(left)"]) }
        await current.admin.stop()
        await atLast()
        current.services.currentGrants.use([])
        for loop in current.loops { try? await loop.eventLoop.submit { loop.shutDown() }.get() }
        for loop in current.loops { try? await loop.eventLoop.submit { loop.flushLog() }.get() }
        current.readiness.stop()
        try? await current.group.shutdownGracefully()
        await current.services.accessLog?.close()
        await current.exporter?.close()
        let lost = current.services.audit.close()
        if lost > 0 { logger.critical("audit records lost", metadata: ["count": "\(lost)"]) }
        logger.notice("stopped")
    }

    /// Waits until there are no client connections, or it is late.
    private func waitForConnections(_ current: Running, until deadline: ContinuousClock.Instant) async {
        while current.services.metrics.connections.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func watch(_ file: ConfigurationFile, _ reloader: Reloader, on eventLoop: any EventLoop) -> FileWatcher {
        let watcher = FileWatcher(
            files: { [file.path] + reloader.namedFiles },
            readSince: file.readSince,
            logger: logger,
            changed: { _ = try? reloader.reload(.file, on: eventLoop).wait() }
        )
        reloader.notify { [weak watcher] in watcher?.refresh() }
        watcher.start()
        return watcher
    }

    private func makeServices(
        tap: @escaping @Sendable ([UInt8]) -> Void,
        grants: GrantSource,
        processSecret: [UInt8],
        health: ServiceHealth,
        metrics: GatewayMetrics,
        connections: Int,
        loops: Int,
        accessLog: AccessLog?
    ) throws -> GatewayServices {
        let configuration = loaded.configuration
        let digestSecret = try SystemRandom.bytes(count: 32)
        let keyDigest = HMACSHA256(key: digestSecret.span)
        let logger = logger
        let audit = try openAudit(health, tap)
        return GatewayServices(
            grants: grants,
            audit: audit,
            auditPolicy: AuditPolicy(configuration.audit),
            keyDigest: keyDigest,
            processSecret: processSecret,
            logger: logger,
            metrics: metrics,
            maximumConnections: connections,
            memory: ByteBudget(limit: configuration.limits.memory),
            loopCount: loops,
            accessLog: accessLog
        )
    }

    private func makeExporter() throws -> OTLPExporter? {
        guard let tracing = loaded.configuration.tracing else { return nil }
        let encoder = OTLPEncoder(
            resource: [
                ("service.name", tracing.serviceName), ("service.version", version),
                ("service.instance.id", loaded.configuration.audit.instance ?? AuditOptions.machineName),
            ],
            scope: (name: "scopegate", version: version)
        )
        return try OTLPExporter(tracing, encoder: encoder, logger: logger)
    }

    private func loopTracing(_ exporter: OTLPExporter) -> LoopTracing? {
        guard let tracing = loaded.configuration.tracing else { return nil }
        return LoopTracing(tracer: OTLPTracer(queue: exporter.queue), sample: tracing.sample)
    }

    private func openAudit(
        _ health: ServiceHealth,
        _ tap: @escaping @Sendable ([UInt8]) -> Void
    ) throws -> AuditLog {
        let logger = logger
        let configuration = loaded.configuration.audit
        var options = AuditOptions(configuration)
        options.tap = tap
        let audit = try AuditLog(path: configuration.path, options: options) { state in
            switch state {
            case .healthy:
                health.auditIsHealthy.store(true, ordering: .relaxed)
                logger.notice("the audit log can be written again")
            case .failing(let error):
                health.auditIsHealthy.store(false, ordering: .relaxed)
                logger.error("the audit log can't be written", metadata: ["error": "\(error)"])
            }
        } report: { problem in
            logger.error("\(problem)")
        }
        audit.record(
            .start(
                AuditStart(
                    version: version,
                    process: getpid(),
                    generation: loaded.routeMap.generation,
                    digest: loaded.routeMap.digest
                )
            ),
            or: logger
        )
        return audit
    }

    /// Opens the audit and the access log anew, as logrotate asks for by SIGUSR1 when it has renamed their files.
    public func reopenLogs() {
        guard let services = running.withLock({ $0?.services }) else { return }
        services.audit.reopen()
        services.accessLog?.reopen()
        logger.notice("the logs are opened anew")
    }
}

/// The gateway could not start.
public struct GatewayStartError: Error, CustomStringConvertible {
    /// What is wrong, for the operator.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
