import Foundation
import Testing

@testable import Audit

@Suite struct AuditRecordTests {
    /// The line of a record, the first of its chain.
    private func render(_ record: AuditRecord) -> String {
        var lines = TestChain()
        lines.append(.request(record), time: record.timeMicroseconds)
        return String(decoding: lines.bytes, as: UTF8.self)
    }

    private static let zero = #""prev":"\#(String(repeating: "0", count: 64))"}"# + "\n"

    private func record(path: [UInt8]? = nil, userAgent: [UInt8]? = nil, client: String = "c") -> AuditRecord {
        AuditRecord(
            timeMicroseconds: 0,
            requestID: "r",
            client: client,
            path: path,
            code: "missing_key",
            status: 401,
            generation: 1,
            userAgent: userAgent
        )
    }

    @Test func refusedAfterAll() {
        func record(
            _ decision: AuditDecision,
            _ code: StaticString,
            _ status: Int,
            _ scopes: [String],
            at: Int64
        ) -> AuditRecord {
            AuditRecord(
                timeMicroseconds: at,
                decision: decision,
                requestID: "r",
                client: "c",
                method: Array("PUT".utf8),
                path: Array("/a".utf8),
                template: "/{a}",
                code: code,
                status: status,
                requiredScopes: scopes,
                grantedScopes: ["read:a"],
                keyFingerprint: 0x0123_4567_89AB_CDEF,
                generation: 3
            )
        }
        let passed = record(.allowed, "allowed", 0, ["read:a", "write:a"], at: 5)
        #expect(
            AuditRecord { passed.refused(code: "body_too_large", status: 413, timeMicroseconds: 9, to: &$0) }
                == record(.denied, "body_too_large", 413, [], at: 9)
        )
    }

    @Test func aFullRecord() {
        let record = AuditRecord(
            timeMicroseconds: 1_767_225_599_000_007,
            requestID: "01JABC",
            client: "2001:db8::1",
            method: Array("POST".utf8),
            path: Array("/api/v1/trades/7".utf8),
            template: "/api/v1/trades/{tradeId}",
            code: "forbidden_scope",
            status: 403,
            requiredScope: "write:trades",
            requiredScopes: ["read:trades", "write:trades"],
            grantedScopes: ["read:trades"],
            keyID: "k_1",
            subject: "J\u{F6}rg",
            keyFingerprint: 0x0123_4567_89AB_CDEF,
            generation: 3,
            userAgent: Array("curl/8".utf8)
        )
        #expect(
            render(record) == #"{"time":"2025-12-31T23:59:59.000007Z","seq":1,"event":"denied","instance":"test","#
                + #""request_id":"01JABC","client":"2001:db8::1","#
                + #""method":"POST","path":"/api/v1/trades/7","template":"/api/v1/trades/{tradeId}","#
                + #""code":"forbidden_scope","status":403,"required_scope":"write:trades","#
                + #""required_scopes":["read:trades","write:trades"],"granted_scopes":["read:trades"],"key_id":"k_1","#
                + #""subject":"Jörg","key_fingerprint":"0123456789abcdef","generation":3,"user_agent":"curl/8","#
                + Self.zero
        )
    }

    @Test func whatIsNotKnownIsLeftOut() {
        #expect(
            render(record()) == #"{"time":"1970-01-01T00:00:00.000000Z","seq":1,"event":"denied","instance":"test","#
                + #""request_id":"r","client":"c","code":"missing_key","status":401,"generation":1,"# + Self.zero
        )
    }

    @Test func aCutResponseIsSaidToBeCut() {
        let cut = record().with(status: 200, cut: "idle_timeout")
        #expect(render(cut).contains(#""status":200,"cut":"idle_timeout","generation":1,"#))
        #expect(!render(cut.with(status: 200)).contains("cut"))
    }

    @Test func noScopesAreNotUnknownScopes() throws {
        let record = AuditRecord(
            timeMicroseconds: 0,
            requestID: "r",
            client: "c",
            code: "forbidden_scope",
            status: 403,
            grantedScopes: [],
            generation: 1
        )
        #expect(render(record).contains(#""granted_scopes":[],"#))
    }

    @Test func aRecordThatWaitedTellsTheStatusThatWasSent() {
        var lines = TestChain()
        lines.append(.request(.numbered(1)), wasRetained: true)
        #expect(String(decoding: lines.bytes, as: UTF8.self).contains(#""code":"missing_key","status":503,"#))
    }

    @Test func aShadowRecordHasBothOutcomes() {
        let record = AuditRecord(
            timeMicroseconds: 0,
            decision: .shadow(
                AuditShadow(code: "forbidden_scope", requiredScope: "read:tags", template: "/t", digest: "d1")
            ),
            requestID: "r",
            client: "c",
            code: "allowed",
            status: 200,
            generation: 1
        )
        #expect(
            render(record).contains(
                #""code":"allowed","status":200,"generation":1,"shadow_code":"forbidden_scope","#
                    + #""shadow_required_scope":"read:tags","shadow_template":"/t","shadow_digest":"d1","prev""#
            )
        )
    }

    @Test func aStatusThatIsNotKnownYetIsLeftOut() {
        let record = AuditRecord(
            timeMicroseconds: 0,
            decision: .shadow(AuditShadow(code: "missing_key")),
            requestID: "r",
            client: "c",
            code: "allowed",
            status: 0,
            generation: 1
        )
        #expect(render(record).contains(#""code":"allowed","generation":1,"shadow_code":"missing_key","prev""#))
    }

    @Test(
        arguments: [
            ("/api/SECRETSECRET42/x", "/api/[key]/x"), ("SECRETSECRET42", "[key]"),
            ("/SECRETSECRET4", "/SECRETSECRET4"), ("/SECRETSECRET42SECRETSECRET42", "/[key][key]"), ("/", "/"),
        ]
    )
    func keysInOtherTextsAreTakenOut(text: String, expected: String) throws {
        let bytes = Array(text.utf8)
        let record = AuditRecord(
            timeMicroseconds: 0,
            requestID: text,
            traceID: bytes,
            client: "c",
            method: bytes,
            path: bytes,
            query: bytes,
            code: "missing_key",
            status: 401,
            keyID: text,
            subject: text,
            generation: 1,
            userAgent: bytes,
            clientRequestID: bytes,
            secrets: [Array("short".utf8), Array("SECRETSECRET42".utf8)]
        )
        let members = try #require(try parsedLines(Array(render(record).utf8)).first)
        for name in [
            "request_id", "client_request_id", "trace_id", "method", "path", "query", "key_id", "subject", "user_agent",
        ] {
            #expect(members[name] as? String == expected, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", "0af7651916cd43dd8448eb211c80319c"),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", nil),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", nil),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", nil),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", nil),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", nil),
            ("00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", nil), ("", nil), ("---", nil),
        ] as [(String, String?)]
    )
    func traceIDs(field: String, expected: String?) {
        let bytes = Array(field.utf8)
        #expect(TraceParent.traceID(in: bytes.span).map { Array(bytes[$0]) } == expected.map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("a=1&b=2", "a=***&b=***"), ("a", "***"), ("", ""), ("a=", "a=***"), ("a=1=2&&c", "a=***&&***"),
    ])
    func queriesAreRedacted(query: String, expected: String) {
        #expect(AuditQueryPolicy.redact.apply(Array(query.utf8)) == Array(expected.utf8))
        #expect(AuditQueryPolicy.keep.apply(Array(query.utf8)) == Array(query.utf8))
        #expect(AuditQueryPolicy.drop.apply(Array(query.utf8)) == nil)
    }

    @Test(arguments: [
        ("/a?api_key=secret", "/a"), ("/a#secret", "/a"), ("/a?b?c", "/a"), ("?secret", ""), ("/a%3Fb", "/a%3Fb"),
    ])
    func thePathLosesTheQuery(target: String, path: String) {
        let line = render(record(path: Array(target.utf8)))
        #expect(line.contains("\"path\":\"\(path)\","))
        #expect(!line.contains("secret"))
    }

    @Test(
        arguments: [
            (Array("a\"b".utf8), #"a\"b"#), (Array("a\\b".utf8), #"a\\\\b"#),
            ([0x00, 0x09, 0x0A, 0x1B, 0x7F], #"\u0000\u0009\u000a\u001b\u007f"#),
            ([0xFF], #"\\xff"#), ([0x61, 0xC3], #"a\\xc3"#), ([0xC3, 0x28], #"\\xc3("#),
            ([0xED, 0xA0, 0x80], #"\\xed\\xa0\\x80"#),
            ([0xF0, 0x9F, 0x98, 0x80], "\u{1F600}"), (Array("\u{E9}".utf8), "\u{E9}"),
            (Array("\\xff".utf8), #"\\\\xff"#),
            (Array("\u{85}\u{202E}\u{2028}\u{FEFF}\u{200B}".utf8), #"\u0085\u202e\u2028\ufeff\u200b"#), ([], ""),
        ] as [([UInt8], String)]
    )
    func bytesAreEscaped(bytes: [UInt8], escaped: String) throws {
        let line = render(record(userAgent: bytes))
        #expect(line.contains("\"user_agent\":\"\(escaped)\",\"prev\":"))
        #expect(try parsedLines(Array(line.utf8)).count == 1)
    }

    @Test func anyBytesMakeOneLineThatGivesThemBack() throws {
        for first in 0...255 as ClosedRange<UInt8> {
            for second in [0x00, 0x0A, 0x22, 0x5C, 0x78, 0x80, 0xBF, 0xE2, 0xF4] as [UInt8] {
                let bytes: [UInt8] = [first, second, 0x41]
                let line = Array(render(record(userAgent: bytes)).utf8)
                #expect(line.filter { $0 == 0x0A }.count == 1)
                let value = try #require(try parsedLines(line).first?["user_agent"] as? String)
                #expect(unescaped(value) == bytes)
            }
        }
    }

    /// The bytes that a value of the log stands for.
    private func unescaped(_ value: String) -> [UInt8] {
        var rest = Array(value.utf8)[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "x") {
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    @Test func longTextsAreCutAndNamed() throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        let line = render(record(path: long, userAgent: long))
        let members = try #require(try parsedLines(Array(line.utf8)).first)
        #expect((members["path"] as? String)?.utf8.count == AuditLimits.path)
        #expect((members["user_agent"] as? String)?.utf8.count == AuditLimits.userAgent)
        #expect(members["truncated"] as? [String] == ["path", "user_agent"])
        let fitting = [UInt8](repeating: UInt8(ascii: "x"), count: AuditLimits.userAgent)
        #expect(!render(record(userAgent: fitting)).contains("truncated"))
    }

    @Test(arguments: ["\u{E9}", "\u{20AC}", "\u{1F600}"])
    func aCutDoesNotSplitACharacter(character: String) throws {
        let width = character.utf8.count
        for lead in 0..<width {
            let text = String(repeating: "x", count: lead) + String(repeating: character, count: 200)
            let members = try #require(try parsedLines(Array(render(record(userAgent: Array(text.utf8))).utf8)).first)
            let kept = try #require(members["user_agent"] as? String)
            let length = kept.utf8.count
            #expect(text.hasPrefix(kept))
            #expect(length > AuditLimits.userAgent - width && length <= AuditLimits.userAgent)
        }
    }

    @Test func theRecordAndItsLineAreBounded() throws {
        let text = String(repeating: "\u{1}", count: 100_000)
        let scopes = [String](repeating: text, count: 1000)
        let record = AuditRecord(
            timeMicroseconds: .max,
            requestID: text,
            client: text,
            method: Array(text.utf8),
            path: Array(text.utf8),
            template: text,
            code: "introspection_unavailable",
            status: .max,
            requiredScope: text,
            requiredScopes: scopes,
            grantedScopes: scopes,
            keyID: text,
            subject: text,
            keyFingerprint: .max,
            generation: .max,
            userAgent: Array(text.utf8)
        )
        // Six bytes for each control byte, in both lists of scopes and in some ten other fields.
        #expect(render(record).utf8.count < 6 * (2 * AuditLimits.scopes * AuditLimits.name + 10_000))
        let members = try #require(try parsedLines(Array(render(record).utf8)).first)
        #expect((members["required_scopes"] as? [String])?.count == AuditLimits.scopes)
        #expect((members["granted_scopes"] as? [String])?.count == AuditLimits.scopes)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"), (1, "1970-01-01T00:00:00.000001Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
            (1_709_164_800_000_000, "2024-02-29T00:00:00.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (4_107_456_000_000_000, "2100-02-28T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"), (.max, "9999-12-31T23:59:59.999999Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"), (.min, "0000-01-01T00:00:00.000000Z"),
        ] as [(Int64, String)]
    )
    func times(microseconds: Int64, text: String) {
        let record = AuditRecord(
            timeMicroseconds: microseconds,
            requestID: "r",
            client: "c",
            code: "missing_key",
            status: 401,
            generation: 1
        )
        #expect(render(record).hasPrefix("{\"time\":\"\(text)\","))
        let clamped = RFC3339.parse(Array(text.utf8))
        #expect(clamped == min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999))
    }

    @Test func timesAgreeWithFoundationOverFourCenturies() throws {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: 0, to: 146_097, by: 7) {
            let seconds = Int64(day) * 86_400 + Int64(day % 86_400)
            let record = AuditRecord(
                timeMicroseconds: seconds * 1_000_000,
                requestID: "r",
                client: "c",
                code: "c",
                status: 1,
                generation: 1
            )
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds))).dropLast()
            #expect(render(record).hasPrefix("{\"time\":\"\(expected).000000Z\""))
        }
    }
}
