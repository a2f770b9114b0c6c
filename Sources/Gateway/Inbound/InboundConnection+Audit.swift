import Audit
import Digests
import GatewayConfig
import HTTP1
import NIOCore
import RouteMap
import ScopeModel

/// What the audit is told of requests.
extension InboundConnection {
    /// Makes the record of a refusal, by a buffer that begins with the request's head.
    func auditDraft(
        of denial: Denial,
        _ current: CurrentRequest,
        head: ByteBuffer,
        to memory: inout [UInt8]
    ) -> AuditDraft {
        let catalog = current.snapshot.catalog
        return auditDraft(
            current,
            head: head,
            decision: .denied,
            template: denial.template,
            code: denial.reason.code,
            status: denial.reason.status,
            requiredScope: denial.requiredScope.map { catalog.utf8Name(of: $0) },
            requiredScopes: names(denial.requirement, catalog),
            to: &memory
        )
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
        let record = AuditRecord { memory in
            auditDraft(
                current,
                head: head,
                decision: .allowed,
                template: current.template,
                code: "allowed",
                status: 0,
                requiredScopes: names(current.requirement, current.snapshot.catalog),
                to: &memory
            )
        }
        request?.pendingRecord = PendingRecord(record, isKeptWhenAllowed: isKeptWhenAllowed)
    }

    /// The status of a request that passed is known.
    func recordAllowed(status: Int) {
        guard let pending = request?.pendingRecord else { return }
        request?.pendingRecord = nil
        guard pending.isKeptWhenAllowed else { return }
        loop.services.audit.append(.request(pending.record.with(status: status)))
    }

    func names(_ requirement: Requirement?, _ catalog: ScopeCatalog) -> [[UInt8]] {
        guard let scopes = requirement?.scopes, scopes.count > 1 else { return [] }
        return scopes.map { catalog.utf8Name(of: $0) }
    }

    func auditDraft(
        _ current: CurrentRequest,
        head view: ByteBuffer,
        decision: AuditDecision,
        template: Int?,
        code: StaticString,
        status: Int,
        requiredScope: [UInt8]? = nil,
        requiredScopes: [[UInt8]],
        to memory: inout [UInt8]
    ) -> AuditDraft {
        let bytes = view.readableBytesUInt8Span
        let snapshot = current.snapshot
        let client = identity
        var fields = AuditedFields()
        var query: [UInt8]?
        if current.headLength > 0 {
            let head = parser.head
            fields.read(head, in: bytes, snapshot.keys, readsForwarded: client?.isTrusted == true)
            let policy = loop.services.auditPolicy.query
            if policy != .drop { query = head.queryRange.flatMap { policy.apply(bytes.array($0)) } }
        }
        let grant = auditedGrant(current, fields.head, in: bytes)
        return AuditDraft(
            timeMicroseconds: SystemClock.wallMicroseconds,
            decision: decision,
            requestID: current.id.storage.span.extracting(0..<current.id.count),
            client: client?.address ?? "unknown",
            forwardedClient: fields.forwardedFor.isEmpty
                ? nil
                : ForwardedClient.address(in: fields.forwardedFor, trusted: snapshot.trustedProxies.networks),
            clientCertificate: client?.certificate?.fingerprint,
            head: fields.head,
            in: bytes,
            query: query,
            template: template.map { snapshot.routeMap.templateUTF8(of: $0) },
            code: code,
            status: status,
            requiredScope: requiredScope,
            requiredScopes: requiredScopes,
            keyFingerprint: grant == nil ? fingerprint(current, in: bytes) : nil,
            grant: grant,
            generation: snapshot.routeMap.generation,
            to: &memory
        )
    }

    private func fingerprint(_ current: CurrentRequest, in bytes: Span<UInt8>) -> Digest256? {
        current.key.map { current.snapshot.fingerprint.authenticate(bytes.extracting($0.range)) }
    }

    /// What tells of the key's grant, if there is one.
    private func auditedGrant(_ current: CurrentRequest, _ head: AuditedHead, in bytes: Span<UInt8>) -> AuditedGrant? {
        guard let grant = current.grant, current.key != nil else { return nil }
        // What is kept holds for the catalog and the audit secret that are in force.
        let isCurrent = current.snapshot === loop.snapshot
        if isCurrent, let kept = loop.auditedGrants[grant] { return kept }
        guard let fingerprint = fingerprint(current, in: bytes) else { return nil }
        let catalog = current.snapshot.catalog
        let audited = AuditedGrant(
            scopes: grant.scopes.map { catalog.utf8Name(of: $0) },
            keyID: grant.keyIDUTF8.isEmpty ? nil : grant.keyIDUTF8,
            subject: grant.subject,
            keyFingerprint: fingerprint,
            head: head,
            in: bytes
        )
        if isCurrent { loop.auditedGrants[grant] = audited }
        return audited
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

/// What the audit takes from a head.
struct AuditedFields {
    private(set) var head = AuditedHead()
    /// The values of X-Forwarded-For in their order, if they are wanted.
    private(set) var forwardedFor: [[UInt8]] = []

    /// Reads a head.
    mutating func read(_ request: RequestHead, in bytes: Span<UInt8>, _ keys: KeyExtractor, readsForwarded: Bool) {
        head.method = request.methodRange.range
        head.path = request.pathRange.range
        var traceParents = 0
        for field in request.fields {
            let range = field.valueRange.range
            switch field.name {
            case .userAgent: head.userAgent = head.userAgent ?? range
            case .xForwardedFor: if readsForwarded { forwardedFor.append(bytes.array(field.valueRange)) }
            case .traceparent:
                traceParents += 1
                let found = traceParents == 1 ? TraceParent.traceID(in: bytes.extracting(range)) : nil
                head.traceID = found.map { $0.lowerBound + range.lowerBound..<$0.upperBound + range.lowerBound }
            case .authorization: head.add(secret: Self.credentials(range, in: bytes))
            default: if keys.isKeyField(field, in: bytes) { head.add(secret: range) }
            }
        }
    }

    /// Whatever the scheme: the word after it, or all of it.
    private static func credentials(_ range: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        var start = end
        while start > range.lowerBound, bytes[start - 1] != UInt8(ascii: " ") { start -= 1 }
        return start..<end
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
