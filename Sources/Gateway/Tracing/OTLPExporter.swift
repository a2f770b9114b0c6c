import CurlTransport
import GatewayConfig
import Logging
import NIOCore
import NIOPosix

/// Sends spans to a collector by OTLP over HTTP, in batches, one after the other, on an event loop of its own.
///
/// A batch that couldn't be delivered for a reason that may pass is sent again after a while, twice as long each time;
/// what the collector refuses is lost. Meanwhile spans wait in the queue as far as there is room.
final class OTLPExporter: @unchecked Sendable {
    let queue: SpanQueue

    private let configuration: TracingConfiguration
    private let encoder: OTLPEncoder
    private let logger: Logger
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let eventLoop: any EventLoop
    private let readiness: ReadinessThread
    private let curl: CurlLoop

    // All below is the event loop's own.
    private var trust: TLSTrust?
    private var isSending = false
    private var backOff = OTLPExporter.shortestBackOff
    private var hasReported = false
    private var isClosed = false
    private var whenIdle: (@Sendable () -> Void)?

    private static let shortestBackOff = TimeAmount.seconds(1)
    private static let longestBackOff = TimeAmount.seconds(30)
    private static let maximumAnswer = 64 << 10
    /// How long the end of the gateway waits for what is left to be sent.
    private static let patience = TimeAmount.seconds(2)

    init(_ configuration: TracingConfiguration, encoder: OTLPEncoder, logger: Logger) throws {
        self.configuration = configuration
        trust = configuration.trust
        self.encoder = encoder
        self.logger = logger
        queue = SpanQueue(capacity: configuration.capacity, batch: configuration.batch)
        eventLoop = group.next()
        readiness = try ReadinessThread()
        curl = try CurlLoop(eventLoop: eventLoop, readiness: readiness)
    }

    /// Begins to send.
    func start() {
        let send: @Sendable () -> Void = { [weak self] in self?.sendNext() }
        queue.onBatch { [eventLoop] in eventLoop.execute(send) }
        let (logger, endpoint) = (logger, configuration.endpoint)
        queue.onLoss {
            logger.warning("spans are lost: they are not taken as fast as they come", metadata: ["url": "\(endpoint)"])
        }
        let interval = TimeAmount(configuration.interval)
        eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in self?.sendNext() }
    }

    /// Has later exports go by what the files of `tracing.tls` hold now, unless the rest of the section has changed,
    /// which needs a restart.
    func use(_ configuration: TracingConfiguration) {
        guard configuration.fixed == self.configuration.fixed else { return }
        let trust = configuration.trust
        eventLoop.execute {
            self.trust = trust
            self.curl.forgetUnusedTrusts()
        }
    }

    /// Sends what is left, if that doesn't take too long, and ends.
    func close() async {
        queue.onBatch(nil)
        let promise = eventLoop.makePromise(of: Void.self)
        eventLoop.execute {
            self.isClosed = true
            let late = self.eventLoop.scheduleTask(in: Self.patience) { promise.succeed() }
            self.whenIdle = {
                late.cancel()
                promise.succeed()
            }
            self.sendNext()
        }
        try? await promise.futureResult.get()
        try? await eventLoop.submit { self.curl.close() }.get()
        readiness.stop()
        try? await group.shutdownGracefully()
        let left = queue.counters.waiting
        if left > 0 { queue.note(lost: left) }
    }

    private func sendNext() {
        guard !isSending else { return }
        let spans = queue.take()
        guard !spans.isEmpty else {
            if isClosed {
                whenIdle?()
                whenIdle = nil
            }
            return
        }
        isSending = true
        send(encoder.encode(spans), count: spans.count)
    }

    private func send(_ body: [UInt8], count: Int) {
        var headers = ["Content-Type: application/json"]
        if let token = configuration.token {
            headers.append("Authorization: Bearer \(String(decoding: token.bytes, as: UTF8.self))")
        }
        let request = TransferRequest(
            url: "\(configuration.endpoint)",
            headers: headers,
            body: body,
            timeoutMilliseconds: Int(configuration.timeout.nanoseconds / 1_000_000),
            maximumResponseBytes: Self.maximumAnswer,
            trust: trust
        )
        curl.transfer(request) { [weak self] result in self?.sent(result, body, count: count) }
    }

    private func sent(_ result: Result<TransferResponse, CurlFailure>, _ body: [UInt8], count: Int) {
        switch result {
        case .success(let response) where (200..<300).contains(response.status):
            let answer = OTLPAnswer(response.body)
            let rejected = min(count, answer.rejected)
            queue.note(sent: count - rejected)
            backOff = Self.shortestBackOff
            if rejected > 0 {
                queue.note(lost: rejected)
                report("the collector rejects \(rejected) of \(count) spans: \(answer.message ?? "it doesn't say why")")
            } else {
                hasReported = false
            }
            isSending = false
            sendNext()
        // OTLP 1.x, "Retryable Response Codes".
        case .success(let response) where [429, 502, 503, 504].contains(response.status):
            retry(body, count: count, why: "the collector answers \(response.status)")
        case .success(let response):
            report("the collector refuses spans with \(response.status)")
            queue.note(lost: count)
            isSending = false
            sendNext()
        case .failure(let failure):
            retry(body, count: count, why: failure.description)
        }
    }

    private func retry(_ body: [UInt8], count: Int, why: String) {
        report(why)
        guard !isClosed else {
            queue.note(lost: count)
            whenIdle?()
            whenIdle = nil
            return
        }
        let delay = backOff
        backOff = min(Self.longestBackOff, .nanoseconds(backOff.nanoseconds * 2))
        eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.send(body, count: count) }
    }

    /// Once until spans are delivered again.
    private func report(_ problem: String) {
        guard !hasReported else { return }
        hasReported = true
        logger.warning(
            "traces can't be exported",
            metadata: ["url": "\(configuration.endpoint)", "error": "\(problem)"]
        )
    }
}
