import Audit
import GatewayConfig
import HTTP1
import NIOCore
import RouteMap
import ScopeModel

/// What the audit is told of requests.
extension InboundConnection {
    /// The record of a refusal, by a buffer that begins with the request's head.
    func auditRecord(of denial: Denial, _ current: CurrentRequest, head: ByteBuffer) -> AuditRecord {
        let catalog = current.snapshot.catalog
        return auditRecord(
            current,
            head: head,
            decision: .denied,
            template: denial.template,
            code: "\(denial.reason.code)",
            status: denial.reason.status,
            requiredScope: denial.requiredScope.map { catalog.name(of: $0) },
            requiredScopes: names(denial.requirement, catalog)
        )
    }

    /// The record of a request that had passed and is refused after all: its body is too long, too late or malformed, or
    /// there was no connection for it. Its head has left the buffer.
    func auditRecord(ofLate denial: Denial, _ current: CurrentRequest) -> AuditRecord? {
        if let pending = current.pendingRecord {
            return pending.record.refused(
                code: "\(denial.reason.code)",
                status: denial.reason.status,
                timeMicroseconds: SystemClock.wallMicroseconds
            )
        }
        return headBeingForwarded.map { auditRecord(of: denial, current, head: $0) }
    }

    /// A request passes: if such requests are recorded, its record is made now, while its head is at hand, and written
    /// when its status is known.
    func prepareAllowedRecord(_ current: CurrentRequest) {
        guard loop.services.auditPolicy.records(parser.head.method, &loop.allowedCalls) else { return }
        prepareRecord(current, head: buffer, isKeptWhenAllowed: true)
    }

    /// A request has passed that may still have to be refused when its head is no longer at hand.
    func prepareLateRefusal(head: ByteBuffer) {
        guard let current = request, current.pendingRecord == nil else { return }
        prepareRecord(current, head: head, isKeptWhenAllowed: false)
    }

    private func prepareRecord(_ current: CurrentRequest, head: ByteBuffer, isKeptWhenAllowed: Bool) {
        let record = auditRecord(
            current,
            head: head,
            decision: .allowed,
            template: current.template,
            code: "allowed",
            status: 0,
            requiredScopes: names(current.requirement, current.snapshot.catalog)
        )
        request?.pendingRecord = PendingRecord(record, isKeptWhenAllowed: isKeptWhenAllowed)
    }

    /// The status of a request that passed is known.
    func recordAllowed(status: Int) {
        guard let pending = request?.pendingRecord else { return }
        request?.pendingRecord = nil
        guard pending.isKeptWhenAllowed else { return }
        var record = pending.record
        record.status = status
        loop.services.audit.append(.request(record))
    }

    func names(_ requirement: Requirement?, _ catalog: ScopeCatalog) -> [String] {
        guard let scopes = requirement?.scopes, scopes.count > 1 else { return [] }
        return scopes.map { catalog.name(of: $0) }
    }

    func auditRecord(
        _ current: CurrentRequest,
        head view: ByteBuffer,
        decision: AuditDecision,
        template: Int?,
        code: String,
        status: Int,
        requiredScope: String? = nil,
        requiredScopes: [String]
    ) -> AuditRecord {
        let bytes = view.readableBytesUInt8Span
        let head = current.headLength > 0 ? parser.head : nil
        let snapshot = current.snapshot
        let fields = head.map { AuditedFields($0.fields, in: bytes, snapshot) }
        return AuditRecord(
            timeMicroseconds: SystemClock.wallMicroseconds,
            decision: decision,
            requestID: current.id.array,
            traceID: fields?.traceID,
            client: identity?.address ?? "unknown",
            forwardedClient: identity?.isTrusted == true
                ? fields.flatMap {
                    ForwardedClient.address(in: $0.forwardedFor, trusted: snapshot.trustedProxies.networks)
                }
                : nil,
            method: head.map { bytes.array($0.methodRange) },
            path: head.map { bytes.array($0.pathRange) },
            query: head?.queryRange.flatMap { loop.services.auditPolicy.query.apply(bytes.array($0)) },
            template: template.map { snapshot.routeMap.templateText(of: $0) },
            code: code,
            status: status,
            requiredScope: requiredScope,
            requiredScopes: requiredScopes,
            grantedScopes: current.grant.map { snapshot.catalog.names(of: $0.scopes) },
            keyID: current.grant?.keyID,
            subject: current.grant?.subject,
            keyFingerprint: current.key.map { range in
                snapshot.fingerprint.authenticate(bytes.extracting(range.range)).hexPrefix16
            },
            generation: snapshot.routeMap.generation,
            userAgent: fields?.userAgent,
            secrets: fields?.secrets ?? []
        )
    }
}

/// The record of a request that has passed, made while its head was at hand, until it is known what becomes of it. It
/// holds no key. A box, so that a request without one stays small.
final class PendingRecord {
    let record: AuditRecord
    /// It is written also when the request is served, not only when it is refused after all.
    let isKeptWhenAllowed: Bool

    init(_ record: AuditRecord, isKeptWhenAllowed: Bool) {
        self.record = record
        self.isKeptWhenAllowed = isKeptWhenAllowed
    }
}

/// What the audit takes from the fields of a head.
struct AuditedFields {
    private(set) var traceID: [UInt8]?
    private(set) var userAgent: [UInt8]?
    /// The values of X-Forwarded-For in their order.
    private(set) var forwardedFor: [[UInt8]] = []
    /// All that may be a key, also where a request has several and is refused for it.
    private(set) var secrets: [[UInt8]] = []

    init(_ fields: [FieldLine], in bytes: Span<UInt8>, _ snapshot: RuntimeSnapshot) {
        var traceParents = 0
        for field in fields {
            switch field.name {
            case .userAgent: userAgent = userAgent ?? bytes.array(field.valueRange)
            case .xForwardedFor: forwardedFor.append(bytes.array(field.valueRange))
            case .traceparent:
                traceParents += 1
                traceID = traceParents == 1 ? TraceParent.traceID(of: bytes.array(field.valueRange)) : nil
            case .authorization:
                let value = bytes.array(field.valueRange)
                // Whatever the scheme: the word after it, or all of it.
                secrets.append(value.split(separator: UInt8(ascii: " ")).last.map(Array.init) ?? value)
            default:
                if snapshot.keys.isKeyField(field, in: bytes) { secrets.append(bytes.array(field.valueRange)) }
            }
        }
    }
}

/// The client for which trusted proxies forward, as X-Forwarded-For tells it.
enum ForwardedClient {
    /// The last address that isn't a trusted proxy's own: what stands before it anybody may have made up. Nil when there
    /// is none, or something else than an address stands there.
    static func address(in values: [[UInt8]], trusted: [CIDRBlock]) -> String? {
        let entries = values.flatMap { $0.split(separator: UInt8(ascii: ",")) }
        for entry in entries.reversed() {
            let text = String(decoding: entry.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
            let unbracketed = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            guard let address = try? SocketAddress(ipAddress: unbracketed, port: 0) else { return nil }
            let bytes = ClientIdentity.bytes(of: address)
            guard trusted.contains(where: { $0.contains(bytes.span) }) else { return ClientIdentity.text(of: bytes) }
        }
        return nil
    }
}
