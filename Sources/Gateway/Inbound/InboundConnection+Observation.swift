import Audit
import HTTP1
import NIOCore
import Redaction

/// What the access log and traces are told of requests.
extension InboundConnection {
    /// Keeps what is needed of a head, if the request that it begins is logged or traced.
    ///
    /// - Parameter keepsID: The request's id is the one that the head has.
    func observe(_ head: RequestHead, _ bytes: Span<UInt8>, startedAt: UInt64, keepsID: Bool) -> ObservedRequest? {
        let isLogged = loop.samplesAccess()
        var known: RequestTexts?
        var parent: TraceContext?
        if loop.tracing != nil, let given = Self.traceParent(head.fields, in: bytes) {
            // An id that is a key must not get around.
            let read = RequestTexts(head, in: bytes, loop.snapshot.keys)
            if !read.secrets.isIn(bytes.extracting(given.range), in: bytes) {
                parent = TraceContext(traceparent: bytes.array(given))
            }
            known = read
        }
        let trace = loop.tracing?.begin(parent: parent, isTrusted: identity?.isTrusted == true, startedAt: startedAt)
        // Most requests end here, and have cost little.
        guard isLogged || trace != nil else { return nil }
        var texts = known ?? RequestTexts(head, in: bytes, loop.snapshot.keys)
        // Even a short one, though nobody has said yet that it is a key.
        if case .key(let key) = loop.snapshot.keys.extract(head.fields, in: bytes), key.count >= Self.shortestKey {
            texts.secrets.add(proven: key.range)
        }
        func text(_ part: RequestTexts.Part) -> RedactedText? { texts.redacted(part, in: bytes) }
        let kept = AccessLogEntry.Request(
            method: text(.method),
            path: text(.path),
            version: clientProtocol(head),
            isSecure: carrier?.isSecure == true,
            userAgent: text(.userAgent),
            referer: text(.referer),
            traceID: trace.map { .own($0.traceID) } ?? text(.traceID),
            clientsID: keepsID ? nil : text(.requestID)
        )
        return ObservedRequest(head: kept, secrets: texts.secrets, isLogged: isLogged, trace: trace)
    }

    private static let shortestKey = 4

    private func clientProtocol(_ head: RequestHead) -> ClientProtocol {
        guard carrier?.version != .http2 else { return .http2 }
        return head.version == .http10 ? .http10 : .http11
    }

    /// Where the caller says its span, if it says exactly one.
    private static func traceParent(_ fields: [FieldLine], in bytes: Span<UInt8>) -> ByteRange? {
        var found: FieldLine?
        for field in fields where field.name == .traceparent {
            guard found == nil else { return nil }
            found = field
        }
        return found?.valueRange
    }

    /// A request is over whose head can't be read; it may get a line all the same.
    func observeUnreadable() -> ObservedRequest? {
        loop.samplesAccess() ? ObservedRequest(head: nil, secrets: RequestSecrets(), isLogged: true, trace: nil) : nil
    }

    /// Notes that the response ends before its end, if one is under way.
    func noteCut(_ reason: CutReason) {
        guard phase == .forwarding, exchange?.responseHasBegun == true, request?.observed.cut == nil else { return }
        request?.observed.isCut(reason)
        loop.responseCut(reason, client: identity?.address ?? "unknown")
    }

    /// The request is over.
    func report(_ seen: ObservedRequest, _ observed: RequestObservation) {
        guard let current = request else { return }
        let entry = AccessLogEntry(
            timeMicroseconds: SystemClock.wallMicroseconds,
            requestID: .own(current.id.array),
            client: .own(identity?.address ?? "unknown"),
            request: seen.head,
            template: current.template.map {
                .own(current.snapshot.routeMap.templateText(of: $0), limit: TextLimits.path)
            },
            keyID: seen.keyID,
            subject: seen.subject,
            generation: current.snapshot.routeMap.generation,
            observed: observed
        )
        if seen.isLogged { loop.log(entry) }
        if let trace = seen.trace {
            trace.end(entry, wasIntrospected: seen.wasIntrospected, server: seen.server)
        }
    }
}
