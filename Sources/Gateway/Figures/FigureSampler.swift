import DequeModule
import NIOCore
import SimpleHTTP
import StrictJSON
import Synchronization

/// Takes a sample of the gateway's figures each second, keeps those of the last minutes, and tells who listens.
final class FigureSampler: Sendable {
    private struct State {
        var samples: Deque<FigureSample> = []
        var totals = FigureSample.Totals()
        var time = 0.0
    }

    private static let interval = TimeAmount.seconds(1)
    private static let keptSamples = 300

    private let loops: [GatewayLoop]
    private let services: GatewayServices
    private let reloader: Reloader
    private let hub: EventHub
    private let state = Mutex(State())
    private let task = Mutex<(task: RepeatedTask, eventLoop: any EventLoop)?>(nil)

    init(loops: [GatewayLoop], services: GatewayServices, reloader: Reloader, hub: EventHub) {
        self.loops = loops
        self.services = services
        self.reloader = reloader
        self.hub = hub
    }

    /// Begins to take samples.
    func start(on eventLoop: any EventLoop) {
        let origin = Self.now
        state.withLock { $0.time = origin }
        let started = eventLoop.scheduleRepeatedAsyncTask(
            initialDelay: Self.interval,
            delay: Self.interval
        ) { [self] _ in
            GatewayFigures.gather(loops, on: eventLoop).map { self.take($0) }
        }
        task.withLock { $0 = (started, eventLoop) }
    }

    /// Takes no more samples. Returns when none is being taken: its figures come from other event loops, and must find
    /// the one that asked for them still there.
    func stop() async {
        guard let (task, eventLoop) = task.withLock({ $0.take() }) else { return }
        let ended = eventLoop.makePromise(of: Void.self)
        task.cancel(promise: ended)
        do {
            try await ended.futureResult.get()
        } catch {
            services.logger.debug("the sampling of figures did not end in order", metadata: ["error": "\(error)"])
        }
    }

    /// The samples that are kept, or the newest of them, the oldest first.
    func show(_ request: SimpleRequest) -> SimpleResponse {
        do throws(QueryParameters.Problem) {
            let parameters = try QueryParameters(request.query, known: ["limit"])
            let limit = try parameters.integer("limit", in: 1...Self.keptSamples) ?? Self.keptSamples
            let samples = state.withLock { Array($0.samples.suffix(limit)) }
            return AdminAnswer.json(200, .object([("samples", .array(samples.map(\.json)))]))
        } catch {
            return AdminAnswer.error(400, code: "invalid_query", message: error.description)
        }
    }

    private func take(_ figures: GatewayFigures) {
        var totals = FigureSample.Totals()
        totals.requests = figures.requests.totals
        totals.durations = figures.requests.allDurations
        totals.firstByte = figures.requests.firstByte
        totals.calls = services.introspector.counters
        totals.cache = services.cache.counters
        totals.auditRecords = services.audit.counters.written
        totals.cpuSeconds = ProcessMetrics.cpuSeconds
        let levels = FigureSample.Levels(
            inFlight: services.metrics.inFlight.load(ordering: .relaxed) + figures.undecided,
            connections: services.metrics.connections.load(ordering: .relaxed),
            upstream: figures.upstream,
            auditWaiting: services.audit.counters.waiting,
            memory: ProcessMetrics.memory.resident,
            generation: reloader.generation.number
        )
        let now = Self.now
        let settled = totals
        let sample = state.withLock { state in
            let sample = FigureSample(
                time: Double(SystemClock.wallMicroseconds) / 1e6,
                interval: now - state.time,
                totals: settled,
                previous: state.totals,
                levels: levels
            )
            state.totals = settled
            state.time = now
            state.samples.append(sample)
            if state.samples.count > Self.keptSamples { state.samples.removeFirst() }
            return sample
        }
        hub.send(sample: sample.json.bytes)
    }

    private static var now: Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }
}
