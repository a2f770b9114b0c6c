import Logging
import NIOCore
import ScopeModel

/// Logs that limits were reached, each reason at most once a second: a flood of requests must not become a flood of log
/// lines. Each line says how many it stands for. Loop-bound.
struct LimitLog {
    private struct Entry {
        var quietUntil = NIODeadline.uptimeNanoseconds(0)
        var unsaid = 0
    }

    private static let interval = TimeAmount.seconds(1)

    private var entries = [Entry](repeating: Entry(), count: DenialReason.allCases.count)

    mutating func reached(_ reason: DenialReason, client: String, now: NIODeadline, logger: Logger) {
        let index = Int(reason.rawValue)
        guard now >= entries[index].quietUntil else {
            entries[index].unsaid += 1
            return
        }
        logger.notice(
            "limit reached",
            metadata: ["code": "\(reason.code)", "client": "\(client)", "count": "\(entries[index].unsaid + 1)"]
        )
        entries[index] = Entry(quietUntil: now + Self.interval)
    }
}
