import Foundation
import JournalDemo
import SimpleHTTP
import Testing

extension EndToEndTests {
    @Suite("Every scope of the reference")
    struct ScopeTests {
        /// The journal with the endpoints that the reference reserves the settings scopes for.
        private static func settingsToo() -> ClosureResponder {
            let journal = JournalBackend(scopes: DemoScopeCatalog())
            return ClosureResponder { request in
                guard request.path == "/api/v1/settings" else { return journal.respond(to: request) }
                return SimpleResponse(status: 200, fields: [("X-Echo-Nonce", request.field("X-Nonce") ?? "")])
            }
        }

        /// The shipped map with those endpoints.
        private static func mapWithSettings() throws -> String {
            try Repository.read("config/routes.yaml") + """

                  /api/v1/settings:
                    GET: read:settings
                    PUT: write:settings

                """
        }

        /// A key with one scope does what that scope allows, and nothing that another one does; but for the catalog,
        /// which every key reads.
        @Test func eachAloneAllowsItsOwnAndNothingElse() async throws {
            try await withJournal(responder: Self.settingsToo()) { servers in
                var settings = servers.settings
                settings.routes = try Self.mapWithSettings()
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    var denials = 0
                    var secrets: [String] = []
                    for granted in ScopeReference.scopes {
                        let key = servers.key([granted])
                        secrets.append(key)
                        for needed in ScopeReference.scopes {
                            let sample = ScopeReference.sample(needed)
                            let response = try client.exchange(
                                sample.method,
                                sample.path,
                                key: key,
                                fields: sample.fields + ["X-Nonce: \(granted)/\(needed)"],
                                body: Array(sample.body.utf8)
                            )
                            if needed == granted || needed == "read:catalog" {
                                #expect([200, 201, 202].contains(response.status), "\(granted) for \(needed)")
                                #expect(response.field("X-Echo-Nonce") == "\(granted)/\(needed)")
                            } else {
                                denials += 1
                                #expect(response.status == 403, "\(granted) for \(needed)")
                                #expect(response.code == "forbidden_scope")
                                #expect(response.error?.details?.requiredScope == needed)
                                #expect(response.field("X-Echo-Nonce") == nil)
                                #expect(!response.head.contains(key) && !response.text.contains(key))
                            }
                        }
                    }
                    let audit = try gateway.audit()
                    #expect(audit.count == denials)
                    #expect(audit.allSatisfy { $0.code == "forbidden_scope" && $0.granted_scopes?.count == 1 })
                    for secret in secrets {
                        #expect(!gateway.log.contains(secret))
                        #expect(!gateway.auditText.contains(secret))
                    }
                }
            }
        }

        /// Every operation that the reference names is served with its scope alone, and refused with all others.
        @Test func everyOperationNeedsItsScopeAndNoOther() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let client = try gateway.client()
                    var only: [String: String] = [:]
                    var others: [String: String] = [:]
                    for scope in ScopeReference.scopes {
                        only[scope] = servers.key([scope])
                        others[scope] = servers.key(ScopeReference.scopes.filter { $0 != scope })
                    }
                    for (index, operation) in ScopeReference.operations.enumerated() {
                        let nonce = "operation-\(index)"
                        // What the journal makes of an empty body is its own affair: that it was asked is the point.
                        let allowed = try client.exchange(
                            operation.method,
                            operation.path,
                            key: only[operation.scope],
                            fields: ["X-Nonce: \(nonce)"]
                        )
                        #expect(allowed.field("X-Echo-Nonce") == nonce, "\(operation)")
                        let refused = try client.exchange(
                            operation.method,
                            operation.path,
                            key: operation.scope == "read:catalog" ? nil : others[operation.scope],
                            fields: ["X-Nonce: \(nonce)"]
                        )
                        #expect(refused.field("X-Echo-Nonce") == nil, "\(operation)")
                        if operation.scope == "read:catalog" {
                            #expect(refused.status == 401 && refused.code == "missing_key", "\(operation)")
                        } else {
                            #expect(refused.status == 403, "\(operation)")
                            #expect(refused.error?.details?.requiredScope == operation.scope, "\(operation)")
                        }
                    }
                }
            }
        }

        @Test func aKeyWithoutScopesReadsTheCatalog() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let client = try gateway.client()
                    let key = servers.key([])
                    for path in ["brokers", "instruments", "prop-firm-presets", "emotions"] {
                        #expect(try client.exchange("GET", "/api/v1/catalog/\(path)", key: key).status == 200)
                    }
                    #expect(try client.exchange("GET", "/api/v1/trades", key: key).code == "forbidden_scope")
                    // "There is no write:catalog": not even a key that has everything.
                    let all = servers.key(ScopeReference.scopes + ["write:catalog"])
                    let write = try gateway.exchange("POST", "/api/v1/catalog/brokers", key: all)
                    #expect(write.status == 405 && write.field("Allow") == "GET, HEAD")
                }
            }
        }

        @Test func tagsOfATradeAreReadWithTradesAndWrittenWithTags() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let path = "/api/v1/trades/trd_1/tags"
                    let body = Array(#"{"tag_ids":["tag_1"]}"#.utf8)
                    let json = ["Content-Type: application/json"]
                    let client = try gateway.client()
                    func put(_ scopes: [String]) throws -> RawResponse {
                        try client.exchange("PUT", path, key: servers.key(scopes), fields: json, body: body)
                    }
                    func get(_ scopes: [String]) throws -> RawResponse {
                        try client.exchange("GET", path, key: servers.key(scopes))
                    }
                    #expect(try put(["write:tags"]).status == 200)
                    #expect(try put(["write:trades", "read:tags"]).error?.details?.requiredScope == "write:tags")
                    #expect(try get(["read:trades"]).text.contains("early exit"))
                    #expect(try get(["read:tags", "write:tags"]).error?.details?.requiredScope == "read:trades")
                }
            }
        }

        /// A decision is never kept for another route, method or key (ory/oathkeeper#743).
        @Test func oneAllowedRequestOpensNothingElse() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let client = try gateway.client()
                    let key = servers.key(["read:trades"])
                    for _ in 0..<3 {
                        #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200)
                        #expect(try client.exchange("GET", "/api/v1/accounts", key: key).status == 403)
                        #expect(try client.exchange("DELETE", "/api/v1/trades/trd_1", key: key).status == 403)
                        #expect(try client.exchange("GET", "/api/v1/trades", key: servers.key([])).status == 403)
                    }
                    #expect(servers.keys.introspectionCount == 4)
                }
            }
        }
    }
}
