import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("Shadow map")
    struct ShadowTests {
        private static let live = """
            version: 1
            routes:
              /api/v1/trades:
                GET: read:trades
                POST: write:trades
              /api/v1/tags:
                GET: public
              /api/v1/goals:
                GET: read:goals

            """
        /// GET of trades needs less, POST other; tags need a key; goals are gone; accounts are new.
        private static let shadow = """
            version: 1
            routes:
              /api/v1/trades:
                GET: authenticated
                POST: read:trades
              /api/v1/tags:
                GET: read:tags
              /api/v1/accounts:
                GET: read:accounts

            """

        struct Record: Decodable, Equatable {
            var event: String
            var method: String?
            var path: String?
            var code: String?
            var status: Int?
            var template: String?
            var shadow_code: String?
            var shadow_required_scope: String?
            var shadow_template: String?
            var shadow_digest: String?
            var key_id: String?
            var key_fingerprint: String?
        }

        private static func records(_ path: String) throws -> [Record] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
        }

        @Test func isEvaluatedAndNeverEnforced() async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            try folder.write("shadow.yaml", Self.shadow)
            try await withJournal { servers in
                var settings = servers.settings
                settings.auditPath = log
                settings.routes = Self.live
                settings.rest = ["routes_shadow: \(folder.file("shadow.yaml"))", "reload: {watch: false}"]
                let reader = servers.key(["read:trades"])
                let nobody = servers.key([])
                try await withGateway(settings) { gateway in
                    // What the live map decides is what the client gets.
                    for (method, path, key, status) in [
                        ("GET", "/api/v1/trades", reader, 200), ("GET", "/api/v1/trades", nobody, 403),
                        ("POST", "/api/v1/trades", reader, 403), ("GET", "/api/v1/trades", nil, 401),
                        ("GET", "/api/v1/goals", nobody, 403), ("GET", "/api/v1/accounts", nobody, 403),
                        ("GET", "/api/v1/accounts", nil, 403), ("DELETE", "/api/v1/trades", reader, 405),
                        ("GET", "/api/v1/nothing", reader, 403),
                    ] as [(String, String, String?, Int)] {
                        let answer = try gateway.exchange(method, path, key: key)
                        #expect(answer.status == status, "\(method) \(path): \(answer.status)")
                        #expect(!answer.text.contains("shadow"))
                    }
                    // A public route is let through without a key, with one, and with one that nobody has asked about.
                    for key in [nil, reader, "never-seen"] as [String?] {
                        #expect(try gateway.exchange("GET", "/api/v1/tags", key: key).status == 200)
                    }
                    let metrics = try gateway.admin("GET", "/metrics").text
                    for line in [
                        "scopegate_shadow_requests_total 12",
                        "scopegate_shadow_differences_total{kind=\"would_allow\"} 2",
                        "scopegate_shadow_differences_total{kind=\"would_refuse\"} 2",
                        "scopegate_shadow_differences_total{kind=\"other_refusal\"} 3",
                        "scopegate_shadow_differences_total{kind=\"depends_on_key\"} 1",
                        "scopegate_shadow_unrecorded_total 0",
                    ] { #expect(metrics.contains(line + "\n"), "\(line)\n\(metrics)") }
                    #expect(try gateway.admin("GET", "/routes").text.contains("\"shadow\":{\"digest\":"))
                    // Two of the keys are known; the third was never asked about for the shadow map's sake.
                    #expect(metrics.contains("scopegate_introspection_calls_total 2\n"))
                }
            }
            let found = try Self.records(log).filter { $0.event == "shadow" }
            let lines = found.map { record in
                let parts = [record.method, record.path, record.code, record.shadow_code, record.shadow_required_scope]
                return parts.compactMap(\.self).joined(separator: " ")
            }
            #expect(
                lines == [
                    "GET /api/v1/trades forbidden_scope allowed",
                    "POST /api/v1/trades forbidden_scope allowed",
                    "GET /api/v1/goals forbidden_scope unmapped_route",
                    "GET /api/v1/accounts unmapped_route forbidden_scope read:accounts",
                    "GET /api/v1/accounts unmapped_route missing_key",
                    "GET /api/v1/tags allowed missing_key",
                    "GET /api/v1/tags allowed forbidden_scope read:tags",
                    "GET /api/v1/tags allowed depends_on_key",
                ]
            )
            #expect(found.allSatisfy { $0.shadow_digest?.count == 64 })
            // The status of what passed isn't known yet; keys that were looked at for this only are named.
            #expect(found.map(\.status) == [403, 403, 403, 403, 403, nil, nil, nil])
            #expect(found[3].key_id != nil && found[6].key_id != nil && found[7].key_fingerprint?.count == 16)

            // What the gateway said while it ran, replay says of its log.
            let replay = try ChildProcess.run(
                Program.path,
                ["replay", log, "--routes", folder.file("shadow.yaml"), "--format", "json"]
            )
            #expect(replay.end == .exited(1))
            struct Report: Decodable {
                struct Entry: Decodable {
                    struct Difference: Decodable {
                        var method: String
                        var template: String
                        var before: String
                        var after: String
                    }
                    var difference: Difference
                    var count: Int
                }
                var requests: Int
                var differences: [Entry]
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(replay.output.utf8))
            #expect(report.requests == 8)
            let replayed = report.differences.map {
                "\($0.count) \($0.difference.method) \($0.difference.template) \($0.difference.before) → "
                    + $0.difference.after
            }
            // Refusals that didn't look at the key depend on it; what passed is not in this log.
            #expect(
                replayed == [
                    "1 GET /api/v1/trades forbidden_scope read:trades → allow",
                    "1 POST /api/v1/trades forbidden_scope write:trades → allow",
                    "1 GET /api/v1/goals forbidden_scope read:goals → unmapped_route",
                    "2 GET /api/v1/accounts unmapped_route → depends on the key",
                ]
            )

            let story = try ChildProcess.run(
                Program.path,
                ["audit", "query", "--log", log, "--event", "shadow", "--reason", "allowed"]
            )
            #expect(story.output.contains("GET /api/v1/tags") && story.output.contains("would be missing_key"))
        }

        @Test func explainTellsBothSides() async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            try folder.write("shadow.yaml", Self.shadow)
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.auditPath = log
            settings.routes = Self.live
            settings.rest = ["routes_shadow: \(folder.file("shadow.yaml"))"]
            try await withGateway(settings) { gateway in
                let answer = try gateway.exchange("GET", "/api/v1/accounts", fields: ["X-Request-Id: one"])
                #expect(answer.status == 403)
            }
            let story = try ChildProcess.run(Program.path, ["audit", "explain", "one", "--log", log])
            #expect(story.end == .exited(0))
            #expect(story.output.contains("it would be missing_key, by the route /api/v1/accounts of map "), "\(story)")
        }

        /// It comes and goes by reloads, and what is wrong with it is told like what is wrong with the map.
        @Test func isReloadedLikeTheRest() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.routes = Self.live
            let gateway = try GatewayProcess(settings)
            defer { gateway.child.kill() }
            let config = gateway.configurationPath
            let plain = try String(contentsOfFile: config, encoding: .utf8)
            #expect(try !gateway.admin("GET", "/metrics").text.contains("shadow"))
            let shadow = try folder.write("shadow.yaml", Self.shadow.replacing("read:tags", with: "read:tag"))
            try Data((plain + "routes_shadow: \(shadow)\n").utf8).write(to: URL(fileURLWithPath: config))
            let failed = try gateway.admin("POST", "/reload")
            #expect(failed.status == 422 && failed.text.contains("shadow.yaml"), "\(failed.text)")
            #expect(failed.text.contains("\"line\":7,\"column\":10") && failed.text.contains("did you mean read:tags?"))
            // From now on it is watched.
            try folder.write("shadow.yaml", Self.shadow)
            #expect(try gateway.admin("POST", "/reload").status == 200)
            #expect(try gateway.exchange("GET", "/api/v1/accounts").status == 403)
            #expect(try gateway.admin("GET", "/metrics").text.contains("scopegate_shadow_requests_total 1\n"))
            try folder.write("shadow.yaml", Self.shadow + "  /api/v1/new: {GET: public}\n")
            _ = try waitFor("the changed shadow map is loaded", within: 10) {
                try gateway.admin("GET", "/routes").text.contains("\"routes\":5},") ? true : nil
            }
            try Data(plain.utf8).write(to: URL(fileURLWithPath: config))
            _ = try waitFor("the shadow map is gone", within: 10) {
                try gateway.admin("GET", "/routes").text.contains("\"shadow\"") ? nil : true
            }
        }
    }
}
