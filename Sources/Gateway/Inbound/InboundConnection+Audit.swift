import Audit
import Digests
import GatewayConfig
import HTTP1
import NIOCore
import Redaction
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
    /// when it is over.
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

    /// A request that passed is over: its record says what became of it, to its last byte.
    func recordAllowed() {
        guard let current = request, let pending = current.pendingRecord else { return }
        current.pendingRecord = nil
        guard pending.isKeptWhenAllowed else { return }
        // Without a status the client went before there was an answer.
        let status = current.observed.status == 0 ? RequestObservation.clientWent : current.observed.status
        let record = pending.record.with(status: status, cut: current.observed.cut?.label)
        if !loop.services.audit.append(.request(record)) { loop.services.metrics.allowedUnrecorded.increment() }
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
        var texts = RequestTexts()
        var forwarded: String?
        var query: [UInt8]?
        if current.headLength > 0 {
            let head = parser.head
            texts = RequestTexts(head, in: bytes, snapshot.keys)
            if current.hasClientsID { texts.note(.requestID, at: nil) }
            if current.grant != nil, let key = current.key { texts.secrets.add(proven: key.range) }
            if client?.isTrusted == true {
                forwarded = ForwardedClient.address(in: head, bytes, trusted: snapshot.trustedProxies.networks)
            }
            let policy = loop.services.auditPolicy.query
            if policy != .drop { query = head.queryRange.flatMap { policy.apply(bytes.array($0)) } }
        }
        let grant = auditedGrant(current, texts.secrets, in: bytes)
        return AuditDraft(
            timeMicroseconds: SystemClock.wallMicroseconds,
            decision: decision,
            requestID: current.id.storage.span.extracting(0..<current.id.count),
            client: client?.address ?? "unknown",
            forwardedClient: forwarded,
            clientCertificate: client?.certificate?.fingerprint,
            head: texts,
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
    private func auditedGrant(
        _ current: CurrentRequest,
        _ secrets: RequestSecrets,
        in bytes: Span<UInt8>
    ) -> AuditedGrant? {
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
            secrets: secrets,
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

/// The client for which trusted proxies forward, as X-Forwarded-For tells it.
enum ForwardedClient {
    /// The last address that isn't a trusted proxy's own: what stands before it anybody may have made up. Nil when
    /// there is none, or something else than an address stands there.
    static func address(in head: RequestHead, _ bytes: Span<UInt8>, trusted: [CIDRBlock]) -> String? {
        var values: [[UInt8]] = []
        for field in head.fields where field.name == .xForwardedFor { values.append(bytes.array(field.valueRange)) }
        return address(in: values, trusted: trusted)
    }

    /// The same of the field's values in their order.
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
