import Foundation
import Testing

extension EndToEndTests {
    /// `scopegate probe` before small backends that read requests in known ways.
    @Suite("scopegate probe")
    struct ProbeTests {
        private static let routes = """
            version: 1
            routes:
              /api/items: {GET: "read:trades", POST: "write:trades"}
              /api/items/export: {GET: "read:balance"}
              /api/items/{id}: {GET: "read:trades"}

            """

        /// What the probe said: its end, its checks by name, and all of its output.
        private struct Outcome {
            var end: ChildProcess.End
            var checks: [String: Check] = [:]
            var text: String

            subscript(_ name: String) -> Check {
                get throws { try #require(checks[name], "\(text)") }
            }
        }

        private struct Check: Decodable {
            struct LetThrough: Decodable {
                var method: String
                var target: String
                var template: String
                var needs: String
            }

            var check: String
            var verdict: String
            var seen: String
            var gateway: String?
            var lets_through: [LetThrough]
            var closed_by: String?
            var shown_by: [String]
        }

        private struct Report: Decodable {
            var findings: Int
            var checks: [Check]
        }

        /// Runs the probe with a configuration of its own, whose secrets aren't there.
        private static func probe(
            _ url: String,
            routes: String = routes,
            more: String = "",
            upstream: String = "",
            _ arguments: String...
        ) async throws -> Outcome {
            let folder = try TemporaryFolder()
            try folder.write("routes.yaml", routes)
            let config = try folder.write(
                "scopegate.yaml",
                """
                upstream: {url: '\(url)'\(upstream)}
                introspection: {url: "http://127.0.0.1:1/", client: {id: a, secret: {env: E2E_NO_SUCH_SECRET}}}
                routes: routes.yaml
                \(more)

                """
            )
            let all = ["probe", "--config", config, "--keep-alive-wait", "30ms", "--format", "json"] + arguments
            let result = try await onOwnThread { try ChildProcess.run(Program.path, all) }
            let text = result.output + result.errors
            guard let report = try? JSONDecoder().decode(Report.self, from: Data(result.output.utf8)) else {
                return Outcome(end: result.end, text: text)
            }
            #expect(report.findings == report.checks.filter { $0.verdict == "finding" }.count)
            let checks = Dictionary(report.checks.map { ($0.check, $0) }) { one, _ in one }
            return Outcome(end: result.end, checks: checks, text: text)
        }

        @Test func aBackendThatReadsRequestsAsTheyAre() async throws {
            try await withBackend(OddBackend().script) { backend in
                let outcome = try await Self.probe(backend.url)
                #expect(outcome.end == .exited(0), "\(outcome.text)")
                for name in [
                    "letter case", "encoded slash", "method override", "identity fields", "body of GET unread",
                ] {
                    #expect(try outcome[name].verdict == "no", "\(outcome.text)")
                }
                #expect(try outcome["body of POST unread"].verdict == "skipped")
                #expect(try outcome["underscored fields"].verdict == "unclear")
                // Nothing is sent that may change something.
                let methods = Set(backend.heads.map { String($0.prefix { $0 != " " }) })
                #expect(methods == ["GET", "OPTIONS"])
                #expect(try await Self.probe(backend.url, "--strict").end == .exited(1))
            }
        }

        /// The route that is let through, and the setting that closes it.
        @Test func aBackendThatDoesNotTellCase() async throws {
            let odd = OddBackend(path: { target, _ in target.lowercased() })
            try await withBackend(odd.script) { backend in
                let outcome = try await Self.probe(backend.url)
                let check = try outcome["letter case"]
                #expect(outcome.end == .exited(1) && check.verdict == "finding", "\(outcome.text)")
                #expect(check.shown_by.contains("GET /API/ITEMS"))
                let found = check.lets_through.first { $0.target == "/api/items/Export" }
                #expect(found?.template == "/api/items/{id}" && found?.needs == "that needs read:balance")
                #expect(check.closed_by == "near_misses: refuse in routes.yaml")
                let closed = try await Self.probe(backend.url, routes: "near_misses: refuse\n\(Self.routes)")
                #expect(closed.end == .exited(0), "\(closed.text)")
                #expect(try closed["letter case"].verdict == "note")
            }
        }

        /// Slashes in parameters, where a route allows them.
        @Test func aBackendThatDecodesBeforeItRoutes() async throws {
            let odd = OddBackend(path: { target, _ in target.removingPercentEncoding ?? target })
            try await withBackend(odd.script) { backend in
                let refused = try await Self.probe(backend.url)
                #expect(try refused["encoded slash"].verdict == "note", "\(refused.text)")
                #expect(try refused["encoded letters"].gateway?.contains("invalid_request_target") == true)
                #expect(refused.end == .exited(0))
                let routes = Self.routes + "  /api/files/{name}: {GET: {scope: public, allow: [encoded_slash]}}\n"
                let open = try await Self.probe(backend.url, routes: routes)
                #expect(open.end == .exited(1))
                let found = try open["encoded slash"].lets_through.map(\.target)
                #expect(found == ["/api/files/x%2Fx", "/api/files/x%2fx"], "\(open.text)")
            }
        }

        @Test func aBackendThatObeysAnotherMethod() async throws {
            let odd = OddBackend(method: { method, head in head.fieldValue("X-HTTP-Method-Override") ?? method })
            try await withBackend(odd.script) { backend in
                let dropped = try await Self.probe(backend.url)
                #expect(dropped.end == .exited(0), "\(dropped.text)")
                #expect(try dropped["method override"].verdict == "note")
                #expect(try dropped["method override"].gateway == "dropped by scopegate")
                let kept = try await Self.probe(backend.url, more: "headers: {keep: [X-HTTP-Method-Override]}")
                #expect(kept.end == .exited(1))
                #expect(try kept["method override"].closed_by == "take X-HTTP-Method-Override off headers.keep")
            }
        }

        /// `_method` in a query, which scopegate doesn't read.
        @Test func aBackendThatObeysTheQuery() async throws {
            let odd = OddBackend(method: { method, head in
                method == "POST" ? head.target.components(separatedBy: "_method=").dropFirst().first ?? method : method
            })
            try await withBackend(odd.script) { backend in
                let outcome = try await Self.probe(backend.url, "--allow-writes", "/api/items")
                let check = try outcome["method override"]
                #expect(outcome.end == .exited(1) && check.verdict == "finding", "\(outcome.text)")
                #expect(check.lets_through.contains { $0.method == "POST" && $0.target == "/api/items?_method=DELETE" })
                let posts = backend.heads.filter { $0.hasPrefix("POST ") }.map { $0.target.prefix { $0 != "?" } }
                #expect(!posts.isEmpty && posts.allSatisfy { $0 == "/api/items" })
            }
        }

        @Test func aBackendThatObeysAnotherPath() async throws {
            let odd = OddBackend(path: { target, head in head.fieldValue("X-Original-URL") ?? target })
            try await withBackend(odd.script) { backend in
                let dropped = try await Self.probe(backend.url)
                #expect(try dropped["path override"].verdict == "note", "\(dropped.text)")
                let kept = try await Self.probe(backend.url, more: "headers: {keep: [X-Original-URL]}")
                #expect(kept.end == .exited(1))
                #expect(try kept["path override"].lets_through.contains { $0.needs == "that needs read:balance" })
            }
        }

        @Test func aBackendThatBelievesWhoSomebodyIs() async throws {
            let odd = OddBackend(answer: { head in
                (head.fieldValue("X-Tenant-Id") ?? head.fieldValue("X-Remote-User") ?? head.fieldValue("X_Remote_User"))
                    .map { (200, "you are \($0)") }
            })
            try await withBackend(odd.script) { backend in
                let outcome = try await Self.probe(backend.url)
                let check = try outcome["identity fields"]
                #expect(outcome.end == .exited(1) && check.verdict == "finding", "\(outcome.text)")
                #expect(check.seen == "the answer depends on X-Remote-User, X-Tenant-Id")
                #expect(check.closed_by == "headers: {drop: [X-Tenant-Id]}")
                #expect(try outcome["underscored fields"].verdict == "note")
                let closed = try await Self.probe(backend.url, more: "headers: {drop: [X-Tenant-Id]}")
                #expect(closed.end == .exited(0), "\(closed.text)")
                #expect(try closed["identity fields"].verdict == "note")
            }
        }

        /// CL.0: scopegate refuses a body of GET, and after one of POST goes by `bodies`.
        @Test func aBackendThatLeavesBodiesUnread() async throws {
            try await withBackend(OddBackend(leavesUnread: ["GET", "POST"]).script) { backend in
                let write = ["--allow-writes", "/api/items"]
                let outcome = try await Self.probe(backend.url, write[0], write[1])
                #expect(outcome.end == .exited(1), "\(outcome.text)")
                #expect(try outcome["body of GET unread"].gateway == "refused by scopegate (unexpected_body)")
                #expect(try outcome["body of POST unread"].verdict == "finding")
                #expect(try outcome["body of POST unread"].closed_by == "upstream: {bodies: untrusted}")
                let closed = try await Self.probe(backend.url, upstream: ", bodies: untrusted", write[0], write[1])
                #expect(try closed["body of POST unread"].verdict == "note", "\(closed.text)")
            }
        }

        @Test func aBackendThatAnswersEarly() async throws {
            try await withBackend(OddBackend(isHasty: true).script) { backend in
                let outcome = try await Self.probe(backend.url)
                let check = try outcome["early answer to GET"]
                #expect(check.verdict == "note" && check.seen.contains("comes before the body"), "\(outcome.text)")
            }
        }

        @Test func aBackendThatSoonClosesConnections() async throws {
            try await withBackend(OddBackend(patience: 0.2).script) { backend in
                let wait = ["--keep-alive-wait", "10s"]
                let outcome = try await Self.probe(backend.url, wait[0], wait[1])
                #expect(outcome.end == .exited(1), "\(outcome.text)")
                #expect(try outcome["keep-alive"].closed_by?.hasPrefix("upstream: {pool: {idle_timeout: ") == true)
                let pool = ", pool: {idle_timeout: 50ms}"
                let closed = try await Self.probe(backend.url, upstream: pool, wait[0], wait[1])
                #expect(try closed["keep-alive"].verdict == "no", "\(closed.text)")
            }
            try await withBackend(OddBackend().script) { backend in
                let outcome = try await Self.probe(backend.url)
                #expect(try outcome["keep-alive"].seen == "longer than 0.0 s")
            }
        }

        /// A backend that says the same to everything, and one that says nothing of use.
        @Test func whatCannotBeTold() async throws {
            try await withBackend(OddBackend(answer: { _ in (200, "hello") }).script) { backend in
                let outcome = try await Self.probe(backend.url)
                for name in ["letter case", "suffix", "path override", "encoded slash"] {
                    #expect(try outcome[name].verdict == "unclear", "\(outcome.text)")
                }
            }
        }

        @Test func backendsThatDoNotAnswer() async throws {
            let nobody = try await Self.probe("http://127.0.0.1:\(try ScriptedBackend.unusedPort())")
            #expect(nobody.end == .exited(2) && nobody.text.contains("doesn't answer as it must"), "\(nobody.text)")
            let sink: ScriptedBackend.Script = { _ = try $0.readToEnd() }
            try await withBackend(sink) { backend in
                let silent = try await Self.probe(backend.url, "--timeout", "100ms")
                #expect(silent.end == .exited(2) && silent.text.contains("no answer in time"), "\(silent.text)")
            }
            let greeting: ScriptedBackend.Script = { try $0.send("220 mail.example ESMTP\r\n") }
            try await withBackend(greeting) { backend in
                let mail = try await Self.probe(backend.url)
                #expect(mail.end == .exited(2) && mail.text.contains("no HTTP/1.1"), "\(mail.text)")
            }
        }

        /// What lets the probe in goes to the backend and nowhere else.
        @Test func credentials() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("fields", "Authorization: Bearer t0psecret\n\nX-Shop-Key: al5osecret\n")
            let odd = OddBackend(answer: { head in
                head.fieldValue("Authorization") == "Bearer t0psecret" ? nil : (401, "who? \(head)")
            })
            try await withBackend(odd.script) { backend in
                let outside = try await Self.probe(backend.url)
                #expect(try outside["letter case"].verdict == "unclear", "\(outside.text)")
                let inside = try await Self.probe(backend.url, "--header-file", file)
                #expect(try inside["letter case"].verdict == "no", "\(inside.text)")
                #expect(!inside.text.contains("secret"), "\(inside.text)")
                try folder.write("bad", "Authorization: Bearer x\nt0psecret\n")
                let bad = try await Self.probe(backend.url, "--header-file", folder.file("bad"))
                #expect(bad.end == .exited(2) && bad.text.contains("bad:2: that is no header field"), "\(bad.text)")
                #expect(!bad.text.contains("t0psecret"))
            }
        }

        /// Over TLS with the authority of the configuration or of the option, and over a Unix socket.
        @Test func carriers() async throws {
            let authority = try CertificateAuthority()
            let files = (authority.folder.file("server.pem"), authority.folder.file("server.key"))
            let nginx = try NginxBackend(certificate: files)
            defer { nginx.stop() }
            let url = "https://127.0.0.1:\(nginx.port)"
            let path = ["--path", "/open/empty"]
            let refused = try await Self.probe(url, path[0], path[1])
            #expect(refused.end == .exited(2), "\(refused.text)")
            let named = try await Self.probe(url, path[0], path[1], "--ca-file", authority.certificate)
            #expect(named.end == .exited(0), "\(named.text)")
            #expect(
                try named["double slash"].verdict == "note" && named["letter case"].verdict == "no",
                "\(named.text)"
            )
            let tls = ", tls: {ca_file: '\(authority.certificate)'}"
            #expect(try await Self.probe(url, upstream: tls, path[0], path[1]).end == .exited(0))
            let unix = try await Self.probe("http://127.0.0.1:1", nginx.unixURL, path[0], path[1])
            #expect(unix.end == .exited(0) && !unix.checks.isEmpty, "\(unix.text)")
        }

        /// The table for people, and the way to it.
        @Test func table() async throws {
            let odd = OddBackend(path: { target, _ in target.lowercased() })
            try await withBackend(odd.script) { backend in
                let folder = try TemporaryFolder()
                try folder.write("routes.yaml", Self.routes)
                let url = "{url: '\(backend.url)'}"
                let config = try folder.write(
                    "scopegate.yaml",
                    "upstream: \(url)\nintrospection: {url: 'http://127.0.0.1:1/'}\nroutes: routes.yaml\n"
                )
                let arguments = ["probe", "--config", config, "--keep-alive-wait", "30ms"]
                let result = try await onOwnThread { try ChildProcess.run(Program.path, arguments) }
                #expect(result.end == .exited(1), "\(result)")
                #expect(
                    result.output.hasPrefix("\(backend.url), by GET /api/items (200), for 4 routes\n"),
                    "\(result.output)"
                )
                #expect(result.output.contains("\nFINDING     letter case  "), "\(result.output)")
                let line =
                    "  GET /api/items/Export passes by /api/items/{id} (read:trades), and is read as "
                #expect(result.output.contains(line), "\(result.output)")
                #expect(result.output.contains("\n1 finding, 1 can't be told, 2 not asked\n"), "\(result.output)")
                let check = try ChildProcess.run(Program.path, ["check", "--config", config])
                #expect(check.end == .exited(0) && check.output.contains("scopegate probe"), "\(check)")
            }
        }

        @Test(arguments: [
            ["http://127.0.0.1:1/x"], ["ftp://a"], ["http://127.0.0.1:1", "--path", "a"],
            ["http://127.0.0.1:1", "--timeout", "0s"], ["http://127.0.0.1:1", "--timeout", "2h"],
            ["http://127.0.0.1:1", "--header", "Host: a"], ["http://127.0.0.1:1", "--header", "no field"],
            ["http://127.0.0.1:1", "--allow-writes", "b c"], ["http://127.0.0.1:1", "--identity-header", "a b"],
            ["--upstream", "/none"], ["http://127.0.0.1:1", "--ca-file", "/nowhere"],
            ["http://127.0.0.1:1", "--host", ""],
        ])
        func badUse(_ arguments: [String]) async throws {
            let result = try await onOwnThread {
                try ChildProcess.run(
                    Program.path,
                    ["probe", "--config", "\(Repository.root)/config/scopegate.yaml"] + arguments
                )
            }
            #expect(result.end == .exited(2) && !result.errors.isEmpty, "\(result)")
        }
    }
}
