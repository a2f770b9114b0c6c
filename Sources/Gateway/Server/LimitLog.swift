import Logging
import NIOCore
import ScopeModel

/// Logs that limits were reached, each reason at most once a second. Each line says how many it stands for. Loop-bound.
struct LimitLog {
    private var refused = LogThrottle(kinds: DenialReason.allCases.count)
    private var cut = LogThrottle(kinds: CutReason.allCases.count)
    private var idle = LogThrottle(kinds: 1)
    private var perClient = LogThrottle(kinds: 1)

    /// A request was refused, or could not be served, for a limit.
    mutating func reached(_ reason: DenialReason, client: String, now: NIODeadline, logger: Logger) {
        guard let count = refused.admit(Int(reason.rawValue), now: now) else { return }
        logger.notice("limit reached", metadata: Self.metadata("\(reason.code)", client, count))
    }

    /// A response that had begun was cut.
    mutating func cut(_ reason: CutReason, client: String, now: NIODeadline, logger: Logger) {
        guard let count = cut.admit(reason.rawValue, now: now) else { return }
        // Clients go away all the time.
        logger.log(
            level: reason == .clientGone ? .debug : .notice,
            "response cut",
            metadata: Self.metadata("\(reason.label)", client, count)
        )
    }

    /// A connection was closed on which nothing came. That is how connections end, so it is no notice.
    mutating func idle(client: String, now: NIODeadline, logger: Logger) {
        guard let count = idle.admit(0, now: now) else { return }
        logger.debug("limit reached", metadata: Self.metadata("idle_connection", client, count))
    }

    /// A connection was closed because its client has as many as it may have.
    mutating func tooMany(client: String, now: NIODeadline, logger: Logger) {
        guard let count = perClient.admit(0, now: now) else { return }
        logger.notice("limit reached", metadata: Self.metadata("connections_per_client", client, count))
    }

    private static func metadata(_ code: String, _ client: String, _ count: Int) -> Logger.Metadata {
        ["code": "\(code)", "client": "\(client)", "count": "\(count)"]
    }
}
