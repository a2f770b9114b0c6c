import ScopeModel
import Synchronization

/// Counts that all loops keep together.
final class GatewayCounters: Sendable {
    /// One number that only grows.
    final class Counter: Sendable {
        private let number = Atomic<UInt64>(0)

        var value: UInt64 { number.load(ordering: .relaxed) }

        func increment() {
            number.add(1, ordering: .relaxed)
        }
    }

    /// Requests that are being forwarded now.
    let inFlight = Atomic<Int>(0)
    /// Client connections that are open now.
    let connections = Atomic<Int>(0)
    /// How often accepting was held back because there were as many connections as are allowed.
    let acceptsHeldBack = Counter()
    /// Connections that were closed without an answer because nothing came on them in time.
    let idleClosed = Counter()
    /// Connections that were cut because a response that had begun could not be completed.
    let responsesCut = Counter()
    /// Requests that were answered by the gateway itself with an error, by the error's reason.
    private let refusals = DenialReason.allCases.map { _ in Counter() }

    func refused(_ reason: DenialReason) {
        refusals[Int(reason.rawValue)].increment()
    }

    func refusals(_ reason: DenialReason) -> UInt64 {
        refusals[Int(reason.rawValue)].value
    }
}

extension DenialReason {
    /// Whether it is the upstream's failure, and no refusal.
    var isUpstreamFailure: Bool {
        switch self {
        case .upstreamUnreachable, .upstreamInvalidResponse, .upstreamTimeout: true
        default: false
        }
    }

    /// Whether it says that a limit was reached, which operators want to see in the log.
    var isLimit: Bool {
        switch self {
        case .bodyTooLarge, .targetTooLong, .headersTooLarge, .requestTimeout, .overloaded, .upstreamTimeout: true
        default: false
        }
    }
}
