import Audit
import HTTP1
import NIOCore

/// What the access log and traces are told of requests.
extension InboundConnection {
    /// Keeps what is needed of a head, if the request that it begins is logged or traced.
    func observe(_ head: RequestHead, _ bytes: Span<UInt8>, startedAt: UInt64) -> ObservedRequest? {
        let isLogged = loop.samplesAccess()
        let parent = isLogged || loop.tracing != nil ? Self.traceContext(head.fields, in: bytes) : nil
        let trace = loop.tracing?.begin(parent: parent, startedAt: startedAt)
        // Most requests end here, and have cost little.
        guard isLogged || trace != nil else { return nil }
        let seen = ObservedFields(head, in: bytes, loop.snapshot)
        let kept = AccessLogEntry.Request(
            method: bytes.array(head.methodRange),
            path: bytes.array(head.pathRange),
            version: clientProtocol(head),
            isSecure: carrier?.isSecure == true,
            userAgent: seen.userAgent,
            referer: seen.referer,
            traceID: trace?.traceID ?? parent.map { Array($0.traceIDText.utf8) },
            secrets: seen.secrets
        )
        return ObservedRequest(head: kept, isLogged: isLogged, trace: trace)
    }

    private func clientProtocol(_ head: RequestHead) -> ClientProtocol {
        guard carrier?.version != .http2 else { return .http2 }
        return head.version == .http10 ? .http10 : .http11
    }

    /// The caller's span, if it says exactly one.
    private static func traceContext(_ fields: [FieldLine], in bytes: Span<UInt8>) -> TraceContext? {
        var found: FieldLine?
        for field in fields where field.name == .traceparent {
            guard found == nil else { return nil }
            found = field
        }
        return found.flatMap { TraceContext(traceparent: bytes.array($0.valueRange)) }
    }

    /// A request is over whose head can't be read; it may get a line all the same.
    func observeUnreadable() -> ObservedRequest? {
        loop.samplesAccess() ? ObservedRequest(head: nil, isLogged: true, trace: nil) : nil
    }

    /// The request is over.
    func report(_ seen: ObservedRequest, _ observed: RequestObservation) {
        guard let current = request else { return }
        let entry = AccessLogEntry(
            timeMicroseconds: SystemClock.wallMicroseconds,
            requestID: current.id.array,
            client: identity?.address ?? "unknown",
            request: seen.head,
            template: current.template.map { current.snapshot.routeMap.templateText(of: $0) },
            keyID: current.grant?.keyID,
            subject: current.grant?.subject,
            generation: current.snapshot.routeMap.generation,
            observed: observed
        )
        if seen.isLogged { loop.log(entry) }
        if let trace = seen.trace {
            trace.end(entry, wasIntrospected: seen.wasIntrospected, server: seen.server)
        }
    }
}

/// What a log line and spans take from the fields of a head.
private struct ObservedFields {
    private(set) var userAgent: [UInt8]?
    private(set) var referer: [UInt8]?
    private(set) var secrets: [[UInt8]]

    init(_ request: RequestHead, in bytes: Span<UInt8>, _ snapshot: RuntimeSnapshot) {
        var audited = AuditedFields()
        audited.read(request, in: bytes, snapshot.keys, readsForwarded: false)
        userAgent = audited.head.userAgent.map { bytes.array($0) }
        secrets = audited.head.secrets.map { bytes.array($0) }
        for field in request.fields where field.name == .other && field.nameRange.count == Self.refererName.count {
            let name = bytes.array(field.nameRange).map { lowercased($0) }
            guard name == Self.refererName else { continue }
            referer = Array(bytes.array(field.valueRange).prefix { $0 != UInt8(ascii: "?") })
            break
        }
    }

    private static let refererName = Array("referer".utf8)
}
