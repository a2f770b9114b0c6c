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
    /// How many requests have failed in a way that is the server's.
    let failures = Atomic<UInt64>(0)
    /// How often it was ejected.
    let ejections = Atomic<UInt64>(0)
    /// Checks that found it well, and those that didn't.
    let checksSucceeded = Atomic<UInt64>(0)
    let checksFailed = Atomic<UInt64>(0)

    /// What is known of it, and what its status is told from.
    private struct Known {
        var health: ServerHealth
        /// When requests had it ejected first since one has succeeded, and what the last of them failed of.
        var ejection: (since: UInt64, failure: ServerFailure)?
        /// When checks found it unhealthy.
        var unhealthySince: UInt64?
        /// What the last failed check found.
        var checkProblem: String?
        var lastCheck: ServerStatus.Check?
    }

    private let known: Mutex<Known>
    private let usableFromNanoseconds = Atomic<UInt64>(0)
    private let heedsSuccess = Atomic<Bool>(false)
    private let logger: Logger

    init(upstream: String, name: String, health: ServerHealth, logger: Logger) {
        self.upstream = upstream
        self.name = name
        known = Mutex(Known(health: health))
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
        update { known, now in
            let change = known.health.requestSucceeded(at: now)
            if change == .returned { known.ejection = nil }
            return change
        }
    }

    /// A request has failed in a way that is the server's.
    func requestFailed(_ failure: ServerFailure) {
        failures.add(1, ordering: .relaxed)
        update(failure.text) { known, now in
            let change = known.health.requestFailed(at: now)
            if change != nil { known.ejection = (since: known.ejection?.since ?? now, failure: failure) }
            return change
        }
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
        update(reason) { known, now in
            known.lastCheck = ServerStatus.Check(time: now, problem: reason)
            known.checkProblem = reason ?? known.checkProblem
            let change = reason == nil ? known.health.checkSucceeded() : known.health.checkFailed()
            if change == .unhealthy { known.unhealthySince = now }
            return change
        }
    }

    /// How it fares at a time of ``CoarseClock``.
    func status(at now: UInt64) -> ServerStatus {
        known.withLock { known in
            var status = ServerStatus(condition: known.health.condition(at: now), lastCheck: known.lastCheck)
            switch status.condition {
            case .healthy: break
            case .ejected, .probation:
                status.reason = known.ejection?.failure.text
                status.since = known.ejection?.since
            case .unhealthy:
                status.reason = known.checkProblem
                status.since = known.unhealthySince
            }
            return status
        }
    }

    /// Now, on the scale of ``usableFrom``.
    static var now: UInt64 { CoarseClock.now.uptimeNanoseconds }

    private func update(
        _ reason: @autoclosure () -> String? = nil,
        _ body: (inout Known, _ now: UInt64) -> ServerHealth.Change?
    ) {
        let change = known.withLock { known in
            let change = body(&known, Self.now)
            usableFromNanoseconds.store(known.health.usableFrom, ordering: .relaxed)
            heedsSuccess.store(known.health.heedsSuccess, ordering: .relaxed)
            return change
        }
        guard let change else { return }
        var metadata: Logger.Metadata = ["upstream": "\(upstream)", "server": "\(name)"]
        if let reason = reason() { metadata["reason"] = "\(reason)" }
        switch change {
        case .ejected(let backOff):
            ejections.add(1, ordering: .relaxed)
            metadata["milliseconds"] = "\(backOff / 1_000_000)"
            logger.warning("server ejected: its requests fail", metadata: metadata)
        case .returned: logger.notice("server back: a request has succeeded", metadata: metadata)
        case .unhealthy: logger.warning("server unhealthy: its checks fail", metadata: metadata)
        case .healthy: logger.notice("server healthy: its checks succeed", metadata: metadata)
        }
    }
}
