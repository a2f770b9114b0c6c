import Logging
import NIOCore

/// Logs what failed of the services that the gateway depends on, each kind at most once a second. Each line says how
/// many it stands for. Loop-bound.
struct FailureLog {
    enum Kind: Int, CaseIterable {
        case upstream, upstreamResponse, introspection
    }

    private var throttle = LogThrottle(kinds: Kind.allCases.count)

    mutating func failed(_ kind: Kind, _ metadata: Logger.Metadata, now: NIODeadline, logger: Logger) {
        guard let count = throttle.admit(kind.rawValue, now: now) else { return }
        let message: Logger.Message =
            switch kind {
            case .upstream: "upstream failed"
            case .upstreamResponse: "upstream response refused"
            case .introspection: "introspection unavailable"
            }
        logger.warning(message, metadata: metadata.merging(["count": "\(count)"]) { $1 })
    }
}
