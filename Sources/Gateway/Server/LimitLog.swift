import Logging
import NIOCore
import ScopeModel

/// Logs that limits were reached, each reason at most once a second. Each line says how many it stands for. Loop-bound.
struct LimitLog {
    private var throttle = LogThrottle(kinds: DenialReason.allCases.count)

    mutating func reached(_ reason: DenialReason, client: String, now: NIODeadline, logger: Logger) {
        guard let count = throttle.admit(Int(reason.rawValue), now: now) else { return }
        logger.notice(
            "limit reached",
            metadata: ["code": "\(reason.code)", "client": "\(client)", "count": "\(count)"]
        )
    }
}
