import FuzzSupport
import Redaction
import StrictJSON

@testable import Audit

/// A record whose texts are the parts of the input, in the order that stands in ``init(_:)``.
struct WrittenRecord {
    private let bytes: [UInt8]
    private let parts: [Range<Int>]
    private let line: [UInt8]

    private static let separator: UInt8 = 0x1E
    private static let names = ["request_id", "method", "path", "query", "trace_id", "user_agent", "key_id"]

    init(_ bytes: [UInt8]) {
        var parts: [Range<Int>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == Self.separator {
            parts.append(start..<index)
            start = index + 1
        }
        parts.append(start..<bytes.count)
        self.bytes = bytes
        self.parts = parts
        line = Self.line(bytes, parts)
    }

    private static func line(_ bytes: [UInt8], _ parts: [Range<Int>]) -> [UInt8] {
        func part(_ index: Int) -> Range<Int>? { index < parts.count ? parts[index] : nil }
        func text(_ index: Int) -> String? { part(index).map { String(decoding: bytes[$0], as: UTF8.self) } }
        func utf8(_ index: Int) -> [UInt8]? { text(index).map { Array($0.utf8) } }
        var head = RequestTexts()
        head.note(.method, at: part(1))
        head.note(.path, at: part(2))
        head.note(.traceID, at: part(4))
        head.note(.userAgent, at: part(5))
        for secret in parts.dropFirst(7).prefix(2) { head.secrets.add(secret) }
        var memory: [UInt8] = []
        let draft = AuditDraft(
            timeMicroseconds: 1_795_000_000_000_000,
            decision: bytes.count % 3 == 0 ? .shadow(AuditShadow(code: "allowed", template: text(9))) : .denied,
            requestID: bytes.span.extracting(part(0) ?? 0..<0),
            client: text(9) ?? "192.0.2.1",
            head: head,
            in: bytes.span,
            query: part(3).map { Array(bytes[$0]) },
            template: utf8(9),
            code: "forbidden_scope",
            status: 403,
            requiredScope: utf8(9),
            grantedScopes: utf8(9).map { [$0, $0] },
            keyID: part(6).map { Array(bytes[$0]) },
            subject: text(9),
            generation: 7,
            to: &memory
        )
        let record = AuditRecord(draft, in: memory)
        var chain = AuditChain()
        var lines: [UInt8] = []
        var shared = memory
        let refused = record.refused(code: "overloaded", status: 503, timeMicroseconds: 1, to: &shared)
        let late = AuditRecord(refused, in: shared)
        AuditRecordRenderer.render(
            .request(bytes.count % 2 == 0 ? record : late),
            .init(timeMicroseconds: 1, instance: .name("gate-1")),
            chain: &chain,
            signer: nil,
            into: &lines
        )
        return lines
    }

    func check() {
        expect(line.last == 0x0A && !line.dropLast().contains { $0 < 0x20 || $0 == 0x7F }, "not one clean line")
        guard let value = try? JSONValue(parsing: Array(line.dropLast()).span), case .object(let object) = value else {
            finding("not a JSON object: \(quoted(line))")
        }
        line.dropLast().withUnsafeBytes { line in
            let line = AuditLine(UnsafeRawBufferPointer(line))
            expect(line.text(.code) == (bytes.count % 2 == 0 ? "forbidden_scope" : "overloaded"), "another code")
            expect(line.text(.generation) == "7", "another generation")
            expect(line.text(.sequence) == "1", "another number")
        }
        for (name, range) in zip(Self.names, parts) {
            guard case .string(let shown)? = object[name] else { finding("\(name) is missing") }
            check(shown, of: name, Array(bytes[range]))
        }
    }

    /// What is shown is the text itself, a part of it, or the text without the keys.
    private func check(_ shown: [UInt8], of name: String, _ text: [UInt8]) {
        let read = Self.unescaped(shown)
        // Without the brackets of what stands in their place, as keys are (RFC 6750 §2.1).
        for secret in secrets where !secret.contains(where: { $0 == 0x5B || $0 == 0x5D }) {
            expect(!Self.holds(read, secret), "\(name) holds a key")
        }
        let isWhole = !text.contains { name == "path" && ($0 == 0x3F || $0 == 0x23) }
        if secrets.isEmpty, isWhole, text.count <= AuditLimits.method {
            expectEqual(read, text, "\(name) is not given back")
        }
        if secrets.isEmpty { expect(text.starts(with: read), "\(name) is another text") }
    }

    private static func holds(_ text: [UInt8], _ secret: [UInt8]) -> Bool {
        text.indices.contains { text[$0...].starts(with: secret) }
    }

    /// What is taken for a key, and out of the texts.
    private var secrets: [[UInt8]] {
        parts.dropFirst(7).prefix(2).map { Array(bytes[$0]) }.filter { $0.count >= RequestSecrets.shortest }
    }

    /// The bytes that a value of the log stands for.
    private static func unescaped(_ value: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < value.count {
            guard value[index] == 0x5C else {
                result.append(value[index])
                index += 1
                continue
            }
            expect(index + 1 < value.count, "a backslash at the end")
            if value[index + 1] == 0x5C {
                result.append(0x5C)
                index += 2
            } else {
                let digits = String(decoding: value[(index + 1)...].prefix(3), as: UTF8.self)
                guard digits.hasPrefix("x"), let byte = UInt8(digits.dropFirst(), radix: 16) else {
                    finding("an escape of another kind: \(quoted(value))")
                }
                result.append(byte)
                index += 4
            }
        }
        return result
    }
}
