import CurlTransport
import GatewayConfig
import NIOCore
import Synchronization

/// Asks the servers of backends whether they are well, each on one of the event loops.
final class HealthChecks: Sendable {
    private let running = Mutex<[ServerChecker]>([])

    /// Checks the servers of these backends, and no others any more.
    func run(_ upstreams: [Upstream], on loops: [CurlLoop]) {
        var checkers: [ServerChecker] = []
        for upstream in upstreams {
            guard let check = upstream.healthCheck else { continue }
            for server in upstream.servers {
                checkers.append(ServerChecker(check, server, on: loops[checkers.count % loops.count]))
            }
        }
        let former = running.withLock { running in
            defer { running = checkers }
            return running
        }
        for checker in former { checker.stop() }
        for checker in checkers { checker.start() }
    }

    /// Checks nothing any more.
    func stop() { run([], on: []) }
}

/// Asks one server, again and again. What it does it does on its loop; that is why `@unchecked Sendable` is right.
private final class ServerChecker: @unchecked Sendable {
    private static let longestAnswer = 1 << 20

    private let loop: CurlLoop
    private let state: UpstreamServerState
    private let request: TransferRequest
    private let interval: TimeAmount
    private let statuses: [Int]
    private var isStopped = false
    private var next: Scheduled<Void>?

    init(_ check: HealthCheckConfiguration, _ server: Upstream.Server, on loop: CurlLoop) {
        self.loop = loop
        state = server.state
        interval = .init(check.interval)
        statuses = check.statuses
        let target = server.target
        var request = TransferRequest(
            url: String(target.url.dropLast()) + check.path,
            headers: ["User-Agent: scopegate-health-check"],
            timeoutMilliseconds: Int(check.timeout.nanoseconds / 1_000_000),
            maximumResponseBytes: Self.longestAnswer,
            trust: target.tls?.trust
        )
        request.unixSocket = target.unixSocket
        request.connectTo = target.connectTo
        // That a server still serves connections that it has doesn't mean that it takes new ones.
        request.usesOwnConnection = true
        self.request = request
    }

    func start() {
        loop.eventLoop.execute { self.check() }
    }

    func stop() {
        loop.eventLoop.execute {
            self.isStopped = true
            self.next?.cancel()
        }
    }

    private func check() {
        guard !isStopped else { return }
        loop.transfer(request) { result in self.finished(result) }
    }

    private func finished(_ result: Result<TransferResponse, CurlFailure>) {
        guard !isStopped else { return }
        state.checked(problem(result))
        // Not all at the same time, when many gateways ask.
        let jitter = interval.nanoseconds / 10
        let wait = interval.nanoseconds + Int64.random(in: -jitter...jitter)
        next = loop.eventLoop.scheduleTask(in: .nanoseconds(wait)) { self.check() }
    }

    /// What is wrong with the server; nil for nothing.
    private func problem(_ result: Result<TransferResponse, CurlFailure>) -> String? {
        switch result {
        case .failure(let failure): return failure.description
        case .success(let response):
            let isWell = statuses.isEmpty ? (200...299).contains(response.status) : statuses.contains(response.status)
            return isWell ? nil : "status \(response.status)"
        }
    }
}
