import Digests
import Foundation
import Redaction
import Synchronization

@testable import Audit

/// A new directory that is removed when the test is done with it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension AuditRecord {
    /// A record of texts that stand one behind the other in what is taken for a head.
    init(
        timeMicroseconds: Int64,
        decision: AuditDecision = .denied,
        requestID: String = "r",
        traceID: [UInt8]? = nil,
        client: String = "c",
        forwardedClient: String? = nil,
        clientCertificate: Digest256? = nil,
        method: [UInt8]? = nil,
        path: [UInt8]? = nil,
        query: [UInt8]? = nil,
        template: String? = nil,
        code: StaticString,
        status: Int,
        requiredScope: String? = nil,
        requiredScopes: [String] = [],
        grantedScopes: [String]? = nil,
        keyID: String? = nil,
        subject: String? = nil,
        keyFingerprint: UInt64? = nil,
        generation: UInt64 = 1,
        userAgent: [UInt8]? = nil,
        clientRequestID: [UInt8]? = nil,
        secrets: [[UInt8]] = []
    ) {
        var bytes: [UInt8] = []
        func place(_ text: [UInt8]) -> Range<Int> {
            defer { bytes += text }
            return bytes.count..<bytes.count + text.count
        }
        var head = RequestTexts()
        head.note(.method, at: method.map(place))
        head.note(.path, at: path.map(place))
        head.note(.traceID, at: traceID.map(place))
        head.note(.userAgent, at: userAgent.map(place))
        head.note(.requestID, at: clientRequestID.map(place))
        for secret in secrets { head.secrets.add(place(secret)) }
        self.init { [head, bytes] memory in
            AuditDraft(
                timeMicroseconds: timeMicroseconds,
                decision: decision,
                requestID: Array(requestID.utf8).span,
                client: client,
                forwardedClient: forwardedClient,
                clientCertificate: clientCertificate,
                head: head,
                in: bytes.span,
                query: query,
                template: template.map { Array($0.utf8) },
                code: code,
                status: status,
                requiredScope: requiredScope.map { Array($0.utf8) },
                requiredScopes: requiredScopes.map { Array($0.utf8) },
                grantedScopes: grantedScopes?.map { Array($0.utf8) },
                keyID: keyID.map { Array($0.utf8) },
                subject: subject,
                keyFingerprint: keyFingerprint.map { Digest256($0, 0, 0, 0) },
                generation: generation,
                to: &memory
            )
        }
    }

    /// A short record that is known by its request id.
    static func numbered(_ number: Int) -> AuditRecord {
        AuditRecord(
            timeMicroseconds: 1_700_000_000_000_000,
            requestID: "r\(number)",
            client: "192.0.2.1",
            code: "missing_key",
            status: 401,
            generation: 1
        )
    }
}

extension AuditLog {
    /// What becomes of a single record.
    enum Admitted { case waiting, accepted, refused }

    /// Appends a record; `told` is called if its answer has to wait.
    func append(_ record: AuditRecord, told: @escaping @Sendable (AuditOutcome) -> Void) -> Admitted {
        let submission = AuditSubmission(record.draft, ticket: 7)
        let admission = append([submission], in: record.memory, waiter: ClosureWaiter(told))
        return admission.waiting == 1 ? .waiting : admission.accepted == 1 ? .accepted : .refused
    }

    /// Appends a record and waits until it is known what became of it; nil when it wasn't accepted.
    func append(_ record: AuditRecord) async -> AuditOutcome? {
        await withCheckedContinuation { continuation in
            switch append(record, told: { continuation.resume(returning: $0) }) {
            case .waiting: break
            case .accepted: continuation.resume(returning: .written)
            case .refused: continuation.resume(returning: nil)
            }
        }
    }
}

private final class ClosureWaiter: AuditWaiter {
    private let told: @Sendable (AuditOutcome) -> Void

    init(_ told: @escaping @Sendable (AuditOutcome) -> Void) {
        self.told = told
    }

    func settled(_ settlements: [AuditSettlement]) {
        for settlement in settlements {
            precondition(settlement.ticket == 7)
            told(settlement.outcome)
        }
    }
}

/// Lines of a chain in memory.
struct TestChain {
    private(set) var bytes: [UInt8] = []
    private(set) var chain = AuditChain()
    var signer: AuditSigner?

    mutating func append(_ event: AuditEvent, time: Int64 = 0, wasRetained: Bool = false) {
        AuditRecordRenderer.render(
            event,
            .init(timeMicroseconds: time, instance: .name("test"), wasRetained: wasRetained),
            chain: &chain,
            signer: signer,
            into: &bytes
        )
    }

    /// A chain of so many refusals, with the checkpoints that belong between them.
    static func of(_ count: Int, signer: AuditSigner? = nil) -> TestChain {
        var chain = TestChain()
        chain.signer = signer
        for number in 1...count {
            if chain.chain.isCheckpointDue { chain.append(.checkpoint) }
            chain.append(.request(.numbered(number)), time: 1_700_000_000_000_000 + Int64(number))
        }
        return chain
    }
}

/// A list that several threads add to.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) {
        elements.withLock { $0.append(element) }
    }
}

/// The lines of a log as objects.
func parsedLines(_ bytes: [UInt8]) throws -> [[String: Any]] {
    try bytes.split(separator: 0x0A).map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line))
        guard let members = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        return members
    }
}

/// The request ids of the lines of a log.
func requestIDs(_ bytes: [UInt8]) throws -> [String] {
    try parsedLines(bytes).compactMap { $0["request_id"] as? String }
}

/// The events of the lines of a log.
func events(_ bytes: [UInt8]) throws -> [String] {
    try parsedLines(bytes).compactMap { $0["event"] as? String }
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}
