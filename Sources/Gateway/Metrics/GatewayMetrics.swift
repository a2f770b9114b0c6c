import CoreMetrics
import CurlTransport
import NIOCore
import PrometheusMetrics
import ScopeModel
import Synchronization

/// What all loops count together. What is counted with every request each loop counts for itself: ``LoopMetrics``.
final class GatewayMetrics: Sendable {
    /// Where all metrics are gathered.
    let registry = PrometheusRegistry()
    /// The templates by which requests are counted.
    let templates = CountedTemplates()
    /// Requests that are being forwarded now.
    let inFlight = Atomic<Int>(0)
    /// Client connections that are open now.
    let connections = Atomic<Int>(0)
    /// Client connections that were accepted.
    let connectionsAccepted: Counter
    /// How often accepting was held back because there were as many connections as are allowed.
    let acceptsHeldBack: Counter
    /// Connections that were closed without an answer because nothing came on them in time.
    let idleClosed: Counter
    /// Requests that passed, and that the audit had no place for.
    let allowedUnrecorded: Counter
    /// Connections without a request that were closed to make room for others.
    let displaced: Counter
    /// Connections that were closed because their client had as many as it may have.
    let overShare: Counter
    /// Requests that were sent once more.
    let upstreamRetries: Counter
    /// Requests that another server might have answered, had the budget for retries not been spent.
    let upstreamRetriesRefused: Counter
    /// How long calls to the introspection endpoint took that brought an answer, and those that didn't.
    let introspection: IntrospectionTimers
    /// What is counted of connections before their first request.
    let listeners: ListenerMetrics
    /// What is counted of connections of HTTP/2.
    let http2: HTTP2Metrics
    /// What the shadow map would have made of requests.
    let shadow = ShadowCounters()
    private let refusals: [Counter]
    private let responsesCut: [Counter]
    private let upstreamFailures: [Counter]
    private let reloads: [(succeeded: Counter, failed: Counter)]

    init() {
        let registry = registry
        connectionsAccepted = registry.counter(
            "scopegate_connections_accepted_total",
            "Client connections that were accepted."
        )
        acceptsHeldBack = registry.counter(
            "scopegate_accepts_held_back_total",
            "How often accepting paused for want of connections."
        )
        idleClosed = registry.counter(
            "scopegate_idle_connections_closed_total",
            "Connections closed because nothing came on them in time."
        )
        displaced = registry.counter(
            "scopegate_connections_displaced_total",
            "Connections without a request that were closed to make room for others."
        )
        overShare = registry.counter(
            "scopegate_connections_over_share_total",
            "Connections closed because their client had as many as limits.connections_per_client allows."
        )
        responsesCut = CutReason.allCases.map { reason in
            registry.counter(
                "scopegate_responses_cut_total",
                "Responses that had begun and did not come to their end, by what ended them.",
                labels: [("reason", "\(reason.label)")]
            )
        }
        allowedUnrecorded = registry.counter(
            "scopegate_audit_allowed_unrecorded_total",
            "Requests that passed and are missing in the audit, which had no place for them."
        )
        refusals = DenialReason.allCases.map { reason in
            registry.counter(
                "scopegate_refusals_total",
                "Requests answered by the gateway itself with an error, by its code.",
                labels: [("code", "\(reason.code)")]
            )
        }
        upstreamRetries = registry.counter(
            "scopegate_upstream_retries_total",
            "Requests sent once more: a kept connection turned out to be closed, or their server failed."
        )
        upstreamRetriesRefused = registry.counter(
            "scopegate_upstream_retries_refused_total",
            "Requests that were not sent to another server because the budget for that was spent."
        )
        upstreamFailures = UpstreamFailureKind.allCases.map { kind in
            registry.counter(
                "scopegate_upstream_failures_total",
                "Failures of the backend or on the way to it, by kind.",
                labels: [("kind", kind.rawValue)]
            )
        }
        reloads = Generation.Way.allCases.map { way in
            func counter(_ result: String) -> Counter {
                registry.counter(
                    "scopegate_reloads_total",
                    "Reloads by the way they came and by what became of them.",
                    labels: [("way", way.rawValue), ("result", result)]
                )
            }
            return (counter("success"), counter("failure"))
        }
        introspection = IntrospectionTimers(registry)
        listeners = ListenerMetrics(registry)
        http2 = HTTP2Metrics(registry)
        registry.collect { [unowned self] in ownFamilies }
        registry.collect { ProcessMetrics.families }
    }

    /// A client connection was accepted: it is counted until it closes.
    func accepted(_ channel: any Channel) {
        connections.add(1, ordering: .relaxed)
        connectionsAccepted.increment()
        channel.closeFuture.whenComplete { _ in self.connections.subtract(1, ordering: .relaxed) }
    }

    func refused(_ reason: DenialReason) {
        refusals[Int(reason.rawValue)].increment()
    }

    func responseCut(_ reason: CutReason) {
        responsesCut[reason.rawValue].increment()
    }

    func upstreamFailed(_ kind: UpstreamFailureKind) {
        upstreamFailures[UpstreamFailureKind.allCases.firstIndex(of: kind) ?? 0].increment()
    }

    func reloaded(_ way: Generation.Way, succeeded: Bool) {
        let counters = reloads[Generation.Way.allCases.firstIndex(of: way) ?? 0]
        (succeeded ? counters.succeeded : counters.failed).increment()
    }

    private var ownFamilies: [MetricFamily] {
        [
            .gauge(
                "scopegate_connections_open",
                "Client connections that are open.",
                connections.load(ordering: .relaxed)
            )
        ]
    }
}

/// The kinds of failure of the backend that operators act upon differently.
enum UpstreamFailureKind: String, CaseIterable {
    /// Its name could not be resolved.
    case resolve
    /// It accepts no connections.
    case connect
    /// Connecting took too long.
    case connectTimeout = "connect_timeout"
    /// TLS could not be agreed on, or its certificate was refused.
    case tls
    /// A connection broke.
    case io
    /// Its response is not HTTP that can be passed on exactly.
    case invalidResponse = "invalid_response"
    /// It ended the connection before its response was complete.
    case truncated
    /// It did not answer, or not go on answering, in time.
    case responseTimeout = "response_timeout"
    /// Everything else.
    case other

    init(_ kind: CurlFailure.Kind) {
        self =
            switch kind {
            case .resolve: .resolve
            case .connect: .connect
            case .timeout: .connectTimeout
            case .tls: .tls
            case .io: .io
            case .tooLarge, .other: .other
            }
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
