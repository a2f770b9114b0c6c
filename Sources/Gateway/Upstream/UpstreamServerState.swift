import Balancing
import CurlTransport
import Logging
import Synchronization

/// What all loops know of a server of a backend: how it fares, told by what becomes of requests and checks.
///
/// Most requests only read two words that hardly ever change; the lock is taken when a request fails, and when one
/// succeeds after others have failed.
final class UpstreamServerState: Sendable {
    /// The backend that it belongs to, as metrics name it: its prefix, or `default`.
    let upstream: String
    /// Where it is, as metrics and the log name it.
    let name: String
    /// How often it was ejected.
    let ejections = Atomic<UInt64>(0)
    /// Checks that found it well, and those that didn't.
    let checksSucceeded = Atomic<UInt64>(0)
    let checksFailed = Atomic<UInt64>(0)

    private let health: Mutex<ServerHealth>
    private let usableFromNanoseconds = Atomic<UInt64>(0)
    private let heedsSuccess = Atomic<Bool>(false)
    private let logger: Logger

    init(upstream: String, name: String, health: ServerHealth, logger: Logger) {
        self.upstream = upstream
        self.name = name
        self.health = Mutex(health)
        self.logger = logger
    }

    /// See ``ServerHealth/usableFrom``; on the scale of ``CoarseClock``.
    var usableFrom: UInt64 { usableFromNanoseconds.load(ordering: .relaxed) }

    /// Whether nothing is held against it.
    var isUp: Bool { usableFrom == 0 }

    /// Whether checks have found it unhealthy.
    var isUnhealthy: Bool { usableFrom == ServerHealth.never }

    /// A request has succeeded.
    func requestSucceeded() {
        guard heedsSuccess.load(ordering: .relaxed) else { return }
        update { $0.requestSucceeded(at: Self.now) }
    }

    /// A request has failed in a way that is the server's.
    func requestFailed() {
        update { $0.requestFailed(at: Self.now) }
    }

    /// A check has come to an end.
    ///
    /// - Parameter reason: What went wrong; nil when it is well.
    func checked(_ reason: String?) {
        if reason == nil {
            checksSucceeded.add(1, ordering: .relaxed)
        } else {
            checksFailed.add(1, ordering: .relaxed)
        }
        update(reason) { reason == nil ? $0.checkSucceeded() : $0.checkFailed() }
    }

    /// Now, on the scale of ``usableFrom``.
    static var now: UInt64 { CoarseClock.now.uptimeNanoseconds }

    private func update(_ reason: String? = nil, _ body: (inout ServerHealth) -> ServerHealth.Change?) {
        let change = health.withLock { health in
            let change = body(&health)
            usableFromNanoseconds.store(health.usableFrom, ordering: .relaxed)
            heedsSuccess.store(health.heedsSuccess, ordering: .relaxed)
            return change
        }
        guard let change else { return }
        var metadata: Logger.Metadata = ["upstream": "\(upstream)", "server": "\(name)"]
        switch change {
        case .ejected(let backOff):
            ejections.add(1, ordering: .relaxed)
            metadata["milliseconds"] = "\(backOff / 1_000_000)"
            logger.warning("server ejected: its requests fail", metadata: metadata)
        case .returned: logger.notice("server back: a request has succeeded", metadata: metadata)
        case .unhealthy:
            metadata["reason"] = "\(reason ?? "unknown")"
            logger.warning("server unhealthy: its checks fail", metadata: metadata)
        case .healthy: logger.notice("server healthy: its checks succeed", metadata: metadata)
        }
    }
}
