import Digests
import Foundation
import Testing

@testable import Audit

/// `config/schema/audit.schema.json` beside what is written.
@Suite struct AuditSchemaTests {
    private let schema: [String: Any] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let data = try? Data(contentsOf: root.appendingPathComponent("config/schema/audit.schema.json"))
        let object = data.flatMap { try? JSONSerialization.jsonObject(with: $0) }
        return object as? [String: Any] ?? [:]
    }()

    /// One line of every kind, with everything in it.
    private func lines() throws -> [[String: Any]] {
        let long = [UInt8](repeating: 0x61, count: 5000)
        func request(_ decision: AuditDecision) -> AuditEvent {
            .request(
                AuditRecord(
                    timeMicroseconds: 0,
                    decision: decision,
                    requestID: "r",
                    traceID: Array("0af7651916cd43dd8448eb211c80319c".utf8),
                    client: "192.0.2.1",
                    forwardedClient: "203.0.113.1",
                    clientCertificate: Digest256(1, 2, 3, 4),
                    method: Array("GET".utf8),
                    path: long,
                    query: Array("a=1".utf8),
                    template: "/a",
                    code: "forbidden_scope",
                    status: 403,
                    requiredScope: "read:trades",
                    requiredScopes: ["read:trades", "read:tags"],
                    grantedScopes: [],
                    keyID: "k",
                    subject: "s",
                    keyFingerprint: 0xF,
                    generation: 1,
                    userAgent: Array("u".utf8),
                    clientRequestID: Array("theirs".utf8)
                )
                .with(status: 200, cut: "stop")
            )
        }
        let head = AuditHead(sequence: 9, digest: .zero, timeMicroseconds: 0)
        var recovered = AuditRecovered()
        recovered.torn = [0x7B]
        recovered.missing = head
        recovered.headIsMissing = true
        var chain = TestChain()
        chain.signer = AuditSigner(key: [1])
        for event in [
            request(.denied), request(.allowed),
            request(.shadow(AuditShadow(code: "allowed", requiredScope: "a:b", template: "/b", digest: "d"))),
            .reload(
                AuditReload(
                    isApplied: true,
                    generation: 1,
                    digest: "d",
                    trigger: "admin",
                    client: "127.0.0.1",
                    problem: "p"
                )
            ),
            .revocation(AuditRevocation(.all, count: 1, client: "127.0.0.1")),
            .start(AuditStart(version: "1", process: 1, generation: 1, digest: "d")), .stop, .checkpoint,
            .gap(AuditGap(count: 1, first: 0, last: 1)), .recovered(recovered),
            .retention(AuditRetention(file: "f", removedThrough: 1, limit: "age")),
        ] {
            chain.append(event)
        }
        return try parsedLines(chain.bytes)
    }

    @Test func everyFieldIsDescribedAndEveryDescribedOneWritten() throws {
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        let lines = try lines()
        let written = Set(lines.flatMap(\.keys))
        #expect(written == Set(properties.keys))
        #expect(properties.values.allSatisfy { ($0["description"] as? String)?.isEmpty == false })
        let events = try #require(properties["event"]?["enum"] as? [String])
        #expect(lines.compactMap { $0["event"] as? String } == events)
    }

    @Test func typesAndPatternsAreAsDescribed() throws {
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        for line in try lines() {
            for (name, value) in line {
                let property = try #require(properties[name])
                switch property["type"] as? String {
                case "integer": #expect(value is Int, "\(name)")
                case "array": #expect(value is [String], "\(name)")
                case "string": #expect(value is String, "\(name)")
                default: #expect(property["enum"] != nil || property["const"] != nil, "\(name)")
                }
                if let pattern = property["pattern"] as? String, let text = value as? String {
                    #expect(try Regex(pattern).wholeMatch(in: text) != nil, "\(name): \(text)")
                }
            }
        }
    }

    @Test func everyFieldThatIsReadIsWritten() throws {
        let written = Set(try lines().flatMap(\.keys))
        for field in AuditField.allCases { #expect(written.contains(field.rawValue), "\(field)") }
    }
}
