import Audit
import CurlTransport
import Tracing

/// The spans of one request. Loop-bound, but for what its spans hand over when they end.
struct RequestTrace {
    private let tracer: OTLPTracer
    private let request: OTLPSpan
    private(set) var upstream: OTLPSpan?
    /// What has to be added to nanoseconds of the monotonic clock for those since 1970.
    private let offset: UInt64

    /// Begins the span of a request.
    ///
    /// - Parameters:
    ///   - parent: the span of the caller, from its traceparent.
    ///   - startedAt: by the monotonic clock.
    init(tracer: OTLPTracer, parent: TraceContext?, startedAt: UInt64, now: UInt64, wallNanoseconds: UInt64) {
        self.tracer = tracer
        offset = wallNanoseconds &- now
        var context = InstrumentationContext.topLevel
        context.trace = parent
        request = tracer.startSpan(
            "HTTP",
            context: context,
            ofKind: .server,
            at: WallInstant(nanosecondsSinceEpoch: startedAt &+ offset)
        )
    }

    var traceID: [UInt8] { Array(request.trace.traceIDText.utf8) }

    /// Begins the span of the request's way upstream, and says what the upstream is told of it.
    mutating func beginUpstream(at now: UInt64) -> [UInt8] {
        let span = tracer.startSpan("HTTP", context: request.context, ofKind: .client, at: instant(now))
        upstream = span
        return Array(span.trace.traceparent.utf8)
    }

    /// The request is over.
    func end(_ entry: AccessLogEntry, wasIntrospected: Bool, server: UpstreamTarget?) {
        let observed = entry.observed
        let method = observed.method.name.map { "\($0)" }
        request.operationName = "\(method ?? "HTTP")\(entry.template.map { " \($0.string)" } ?? "")"
        request.updateAttributes { attributes in
            attributes["http.request.method"] = method ?? "_OTHER"
            attributes["url.scheme"] = entry.request?.isSecure == true ? "https" : "http"
            if let head = entry.request {
                attributes["network.protocol.version"] = head.version.version
                if method == nil { attributes["http.request.method_original"] = head.method?.string }
                attributes["url.path"] = head.path?.string
                if let agent = head.userAgent { attributes["user_agent.original"] = agent.string }
            }
            if let template = entry.template { attributes["http.route"] = template.string }
            attributes["http.response.status_code"] = observed.status
            attributes["client.address"] = entry.client.string
            attributes["scopegate.decision"] = observed.decision.label
            attributes["scopegate.request_id"] = entry.requestID.string
            attributes["scopegate.generation"] = Int64(clamping: entry.generation)
            if let reason = observed.reason { attributes["error.type"] = "\(reason.code)" }
            if let cut = observed.cut { attributes["scopegate.cut"] = "\(cut.label)" }
            if let keyID = entry.keyID { attributes["scopegate.key_id"] = keyID.string }
            if let subject = entry.subject { attributes["enduser.id"] = subject.string }
        }
        // A client's fault is none of the server's (semantic conventions for HTTP spans).
        if observed.status >= 500 || observed.cut.map({ $0 != .clientGone }) == true {
            request.setStatus(SpanStatus(code: .error, message: nil))
        }
        if wasIntrospected { endIntrospection(observed) }
        if let upstream { end(upstream, method, observed, server) }
        request.end(at: instant(observed.endedAt))
    }

    private func endIntrospection(_ observed: RequestObservation) {
        let span = tracer.startSpan(
            "introspect",
            context: request.context,
            ofKind: .client,
            at: instant(observed.startedAt)
        )
        if observed.reason == .introspectionUnavailable { span.setStatus(SpanStatus(code: .error, message: nil)) }
        span.end(at: instant(observed.decidedAt))
    }

    private func end(
        _ span: OTLPSpan,
        _ method: String?,
        _ observed: RequestObservation,
        _ server: UpstreamTarget?
    ) {
        span.operationName = method ?? "HTTP"
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method ?? "_OTHER"
            if let server {
                attributes["server.address"] = server.unixSocket ?? server.host
                if server.unixSocket == nil { attributes["server.port"] = Int(server.port) }
            }
            if let reason = observed.reason {
                attributes["error.type"] = "\(reason.code)"
            } else {
                attributes["http.response.status_code"] = observed.status
            }
            if let cut = observed.cut { attributes["error.type"] = "\(cut.label)" }
        }
        if observed.firstByteAt != 0 {
            span.addEvent(SpanEvent(name: "first_byte", at: instant(observed.firstByteAt)))
        }
        if observed.status >= 400 || observed.cut != nil { span.setStatus(SpanStatus(code: .error, message: nil)) }
        span.end(at: instant(observed.endedAt))
    }

    private func instant(_ nanoseconds: UInt64) -> WallInstant {
        WallInstant(nanosecondsSinceEpoch: nanoseconds &+ offset)
    }
}
