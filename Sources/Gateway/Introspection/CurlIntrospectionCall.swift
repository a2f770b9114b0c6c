import CurlTransport
import GatewayConfig
import Introspection
import NIOCore
import Synchronization

/// Calls the introspection endpoint by an ordinary libcurl transfer on the loop that asks. The loop's transfers have
/// connections of their own: however slow the endpoint is, forwarding doesn't wait for it.
public final class CurlIntrospectionCall: IntrospectionCalling {
    private let settings: Mutex<IntrospectionCallSettings>
    private let loops = Mutex<[CurlLoop]>([])
    private let timers: IntrospectionTimers?

    /// Calls that are made as a configuration says.
    public convenience init(_ configuration: IntrospectionConfiguration) {
        self.init(configuration, timers: nil)
    }

    init(_ configuration: IntrospectionConfiguration, timers: IntrospectionTimers?) {
        self.timers = timers
        settings = Mutex(IntrospectionCallSettings(configuration, version: 0))
    }

    /// Has later calls made as another configuration says; those under way go on as they began.
    public func use(_ configuration: IntrospectionConfiguration) {
        settings.withLock { $0 = IntrospectionCallSettings(configuration, version: $0.version + 1) }
    }

    /// Gives it the loops to call on. Until then, and again once this is called with none, every call fails.
    public func use(_ loops: [CurlLoop]) {
        self.loops.withLock { $0 = loops }
    }

    /// Asks about a key; see ``IntrospectionCalling``.
    public func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void) {
        let loops = self.loops.withLock { $0 }
        guard let loop = loops.first(where: { $0.eventLoop.inEventLoop }) ?? loops.first else {
            return completion(.failed(.shutDown))
        }
        let now = SystemClock().now
        let completion = timed(completion, since: RequestObservation.now)
        let settings = settings.withLock { $0 }
        let attempts = IntrospectionAttempts(
            endpoints: settings.order.order(at: now),
            deadline: now.advanced(by: settings.timeout)
        )
        var request = settings.template
        let rendered = settings.mapping.render(key: key)
        request.headers += rendered.headers
        request.body = rendered.body
        let call = Call(
            request: request,
            endpoints: settings.endpoints,
            attempts: attempts,
            version: settings.version,
            completion: completion
        )
        let begin: @Sendable () -> Void = {
            var call = call
            guard let attempt = call.attempts.first(at: now) else { return completion(.failed(.timedOut)) }
            self.make(attempt, of: call, on: loop)
        }
        if loop.eventLoop.inEventLoop { begin() } else { loop.eventLoop.execute(begin) }
    }

    private func timed(
        _ completion: @escaping @Sendable (IntrospectionCallResult) -> Void,
        since start: UInt64
    ) -> @Sendable (IntrospectionCallResult) -> Void {
        guard let timers else { return completion }
        return { result in
            let timer =
                switch result {
                case .answer: timers.succeeded
                case .failed: timers.failed
                }
            timer.recordNanoseconds(Int64(RequestObservation.now &- start))
            completion(result)
        }
    }

    /// A call between its attempts.
    private struct Call: Sendable {
        let request: TransferRequest
        let endpoints: [String]
        var attempts: IntrospectionAttempts
        let version: UInt64
        let completion: @Sendable (IntrospectionCallResult) -> Void
    }

    private func make(_ attempt: IntrospectionAttempts.Attempt, of call: Call, on loop: CurlLoop) {
        var request = call.request
        request.url = call.endpoints[attempt.endpoint]
        // Rounded up: a limit of zero would be none.
        request.timeoutMilliseconds = Int((attempt.timeout + 999_999) / 1_000_000)
        loop.transfer(request) { result in
            let now = SystemClock().now
            let ending = Self.ending(of: result)
            self.note(ending, of: attempt, version: call.version, at: now)
            var call = call
            if let next = call.attempts.next(after: ending, at: now) { return self.make(next, of: call, on: loop) }
            call.completion(Self.result(result))
        }
    }

    private func note(
        _ ending: IntrospectionAttempts.Ending,
        of attempt: IntrospectionAttempts.Attempt,
        version: UInt64,
        at now: MonotonicTime
    ) {
        settings.withLock { settings in
            guard settings.version == version else { return }
            switch ending {
            case .answered: settings.order.answered(attempt.endpoint)
            case .notReached, .failed: settings.order.failed(attempt.endpoint, at: now)
            }
        }
    }

    private static func ending(of result: Result<TransferResponse, CurlFailure>) -> IntrospectionAttempts.Ending {
        switch result {
        case .success(let response):
            IntrospectionFailure.unexpectedStatus(response.status).blamesEndpoint ? .failed : .answered
        case .failure(let failure):
            switch failure.kind {
            case .resolve, .connect, .tls: .notReached
            case .io: failure.answerHadBegun ? .failed : .notReached
            case .tooLarge: .answered
            case .timeout, .other: .failed
            }
        }
    }

    private static func result(_ result: Result<TransferResponse, CurlFailure>) -> IntrospectionCallResult {
        switch result {
        case .success(let response):
            return .answer(status: response.status, contentType: response.contentType ?? [], body: response.body)
        case .failure(let failure):
            switch failure.kind {
            case .timeout: return .failed(.timedOut)
            case .resolve, .connect, .tls: return .failed(.unreachable(failure.description))
            case .tooLarge: return .failed(.answerTooLarge)
            case .io, .other: return .failed(.invalidResponse(failure.description))
            }
        }
    }
}
