import Audit
import ScopeModel
import Testing

@testable import Gateway

/// What operators write of a filter is understood or refused: never a search that can't find anything.
@Suite struct AuditFilterTextsTests {
    /// 2026-11-24T08:30:15.250000Z
    private static let now: Int64 = 1_795_509_015_250_000

    private func filter(_ change: (inout AuditFilterTexts) -> Void) throws -> AuditFilter {
        var texts = AuditFilterTexts()
        change(&texts)
        return try texts.filter(now: Self.now)
    }

    private func problem(_ change: (inout AuditFilterTexts) -> Void) -> String? {
        do {
            _ = try filter(change)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func eventsAndReasonsAreKnown() throws {
        for event in AuditEvent.names { #expect(try filter { $0.events = [event] }.events == [event]) }
        for reason in DenialReason.allCases {
            #expect(try filter { $0.reasons = ["\(reason.code)"] }.reasons == ["\(reason.code)"])
        }
        #expect(try filter { $0.events = ["Denied"] }.events == ["denied"])
        #expect(try filter { $0.reasons = ["invalid_*"] }.reasons == ["invalid_*"])
        #expect(problem { $0.events = ["denyed"] } == "event: there is no event \"denyed\"; did you mean denied?")
        #expect(
            problem { $0.reasons = ["forbiden_scope"] }
                == "reason: there is no reason \"forbiden_scope\"; did you mean forbidden_scope?"
        )
        #expect(problem { $0.reasons = ["403"] }?.contains("there are missing_key, invalid_key") == true)
        #expect(problem { $0.events = ["x*"] }?.hasPrefix("event: there is no event") == true)
        #expect(problem { $0.events = [""] } != nil)
    }

    @Test func scopesAreThoseOfTheCatalog() throws {
        let scopes = try ["read:tags", "write:tags"].map {
            ScopeDefinition(scope: try Scope(parsing: $0), description: "", isAutomatic: false, isReserved: false)
        }
        let catalog = try ScopeCatalog(definitions: scopes, presets: [])
        func read(_ scope: String, _ catalog: ScopeCatalog?) -> String? {
            var texts = AuditFilterTexts()
            texts.scopes = [scope]
            do {
                return try texts.filter(now: Self.now, catalog: catalog).scopes.first
            } catch {
                return error.message
            }
        }
        #expect(read("write:tags", catalog) == "write:tags" && read("write:*", catalog) == "write:*")
        #expect(read("write:tag", catalog)?.contains("did you mean write:tags?") == true)
        #expect(read("write:gone", catalog)?.contains("write:gone*") == true)
        #expect(read("write:gone*", catalog) == "write:gone*" && read("write:gone", nil) == "write:gone")
        #expect(read("write tags", nil)?.contains("is not a scope") == true)
        #expect(read("", nil)?.contains("is not a scope") == true)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::0001", "2001:db8::1"), ("::FFFF:192.0.2.7", "192.0.2.7"), ("192.0.2.7/32", "192.0.2.7"),
        ("10.1.*", "10.1.*"), ("2001:DB8:*", "2001:db8:*"), ("unix", "unix"),
        (String(repeating: "AB:", count: 31) + "AB", String(repeating: "ab", count: 32)),
    ])
    func clientsInAnySpelling(text: String, expected: String) throws {
        let read = try filter { $0.clients = [text] }
        #expect(read.clients == [expected] && read.networks.isEmpty)
    }

    @Test(arguments: [
        ("10.0.0.0/8", ["10.0.0.1", "10.255.255.255"], ["11.0.0.0", "unix", "::a00:1", ""]),
        ("2001:db8::/32", ["2001:db8::1", "2001:DB8:FFFF::"], ["2001:db9::", "10.0.0.1"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.1"], ["11.0.0.1"]), ("0.0.0.0/0", ["1.2.3.4"], ["::1"]),
    ])
    func clientsOfANetwork(text: String, inside: [String], outside: [String]) throws {
        let network = try #require(try filter { $0.clients = [text] }.networks.first)
        for address in inside { #expect(network(address), "\(address)") }
        for address in outside { #expect(!network(address), "\(address)") }
    }

    @Test(arguments: [
        ("10.1.2.3/8", "write 10.0.0.0/8"), ("10.0.0.0/33", "0 to 32"), ("localhost", "is not a range of addresses"),
        ("10.0.0", "is not a range of addresses"), ("", "is not a range of addresses"),
        ("10.0.0.1:8080", "is not a range of addresses"), ("abcd", "is not a range of addresses"),
    ])
    func clientsThatAreNone(text: String, message: String) {
        #expect(problem { $0.clients = [text] }?.contains(message) == true, "\(problem { $0.clients = [text] } ?? "")")
    }

    @Test func theRest() throws {
        #expect(try filter { $0.statuses = ["403", "4XX"] }.statuses == ["403", "4xx"])
        for status in ["4x", "xx", "600", "099", "99999999999999999999", "", "40x"] {
            #expect(problem { $0.statuses = [status] }?.contains("is not a status") == true, "\(status)")
        }
        #expect(try filter { $0.methods = ["get", "M-SEARCH"] }.methods == ["get", "M-SEARCH"])
        for method in ["", "GE T", "GET/", "MÄH"] {
            #expect(problem { $0.methods = [method] }?.contains("is not a method") == true, "\(method)")
        }
        #expect(try filter { $0.routes = ["/a/*", "*"] }.routes == ["/a/*", "*"])
        #expect(problem { $0.routes = ["api/v1"] }?.hasSuffix("as /api/v1") == true)
        #expect(try filter { $0.keys = ["00000000000000AB", "Key_1"] }.keys == ["00000000000000ab", "Key_1"])
        for name in ["key", "subject", "request_id"] {
            let text = problem { texts in
                switch name {
                case "key": texts.keys = [""]
                case "subject": texts.subjects = [""]
                default: texts.requestIDs = [""]
                }
            }
            #expect(text == "\(name): the text is empty, which no record has")
        }
    }

    @Test func timesAreInOrder() throws {
        let read = try filter {
            $0.since = "2h"
            $0.until = "1h"
        }
        #expect(read.since == Self.now - 7_200_000_000 && read.until == Self.now - 3_600_000_000)
        for (since, until) in [("1h", "2h"), ("now", "now"), ("today", "yesterday")] {
            let text = problem {
                $0.since = since
                $0.until = until
            }
            #expect(text == "since: \(since) is not before \(until): nothing is between")
        }
        #expect(problem { $0.since = "@-9223372036854" }?.contains("is not a time") == true)
        #expect(problem { $0.until = "12 o'clock" }?.contains("Without a zone times are UTC") == true)
    }
}
