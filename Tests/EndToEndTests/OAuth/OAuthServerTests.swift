import Testing

extension EndToEndTests {
    @Suite(
        "Real OAuth servers",
        .enabled(
            if: OAuthServer.python != nil,
            "SCOPEGATE_TEST_PYTHON names a Python with django-oauth-toolkit and Authlib; deploy/test.sh sets it"
        )
    )
    struct OAuthServerTests {
        private static let tags = "/api/v1/trades/trd_1/tags"

        private func read(_ gateway: GatewayProcess, _ key: String) throws -> RawResponse {
            try gateway.exchange("GET", "/api/v1/trades", key: key)
        }

        private func tag(_ gateway: GatewayProcess, _ key: String) throws -> RawResponse {
            let type = ["Content-Type: application/json"]
            return try gateway.exchange(
                "PUT",
                Self.tags,
                key: key,
                fields: type,
                body: Array(#"{"tag_ids":["tag_1"]}"#.utf8)
            )
        }

        @Test(arguments: OAuthProduct.allCases)
        func keysAreGoodForTheirScopes(_ product: OAuthProduct) async throws {
            try await withOAuthServer(product) { server, servers in
                let reader = try server.issue("read:trades")
                let writer = try server.issue("write:tags")
                let both = try server.issue("read:trades write:tags")
                let unknown = "unknown-\(reader)"
                try await withGateway(server.settings(of: servers, cache: "ttl: 60s")) { gateway in
                    // The second time from the cache.
                    for _ in 0..<2 {
                        #expect(try read(gateway, reader).status == 200)
                        let refusedTags = try tag(gateway, reader)
                        #expect(refusedTags.status == 403 && refusedTags.code == "forbidden_scope")
                        #expect(refusedTags.error?.details?.requiredScope == "write:tags")

                        #expect(try tag(gateway, writer).status == 200)
                        let refusedTrades = try read(gateway, writer)
                        #expect(refusedTrades.status == 403 && refusedTrades.code == "forbidden_scope")
                        #expect(refusedTrades.error?.details?.requiredScope == "read:trades")

                        #expect(try read(gateway, both).status == 200)
                        #expect(try tag(gateway, both).status == 200)

                        let refusedKey = try read(gateway, unknown)
                        #expect(refusedKey.status == 401 && refusedKey.code == "invalid_key")
                    }
                    let audit = try gateway.audit()
                    #expect(audit.contains { $0.code == "forbidden_scope" && $0.granted_scopes == ["read:trades"] })
                    for key in [reader, writer, both, unknown] {
                        #expect(!gateway.auditText.contains(key))
                        #expect(!gateway.log.contains(key))
                        #expect(!gateway.output.contains(key))
                    }
                }
            }
        }

        @Test(arguments: OAuthProduct.allCases)
        func aRevokedKeyStopsWorkingWithinTTL(_ product: OAuthProduct) async throws {
            let ttl = 3.0
            try await withOAuthServer(product) { server, servers in
                let key = try server.issue("read:trades")
                let other = try server.issue("read:trades")
                let settings = try server.settings(of: servers, cache: "ttl: \(Int(ttl))s, refresh_ahead: false")
                try await withGateway(settings) { gateway in
                    #expect(try read(gateway, key).status == 200)
                    try server.revoke(key)
                    #expect(try read(gateway, key).status == 200)
                    // A request may begin just before the time is over, and the next one has to ask the server.
                    let refusal = try waitFor("the key is refused", within: ttl + 2) {
                        let response = try read(gateway, key)
                        return response.status == 200 ? nil : response
                    }
                    #expect(refusal.status == 401 && refusal.code == "invalid_key")
                    #expect(try read(gateway, other).status == 200)
                }
            }
        }

        @Test(arguments: OAuthProduct.allCases)
        func aRevokedKeyStopsWorkingAtOnceWhenTheGatewayIsTold(_ product: OAuthProduct) async throws {
            try await withOAuthServer(product) { server, servers in
                let key = try server.issue("read:trades")
                let other = try server.issue("read:trades")
                try await withGateway(server.settings(of: servers, cache: "ttl: 1h")) { gateway in
                    #expect(try read(gateway, key).status == 200)
                    #expect(try read(gateway, other).status == 200)
                    try server.revoke(key)
                    #expect(try read(gateway, key).status == 200)
                    let answer = try gateway.admin(
                        "POST",
                        "/revoke",
                        fields: ["Content-Type: application/json"],
                        body: "{\"key\":\"\(key)\"}"
                    )
                    #expect(answer.status == 200)
                    // On connections of both loops.
                    for _ in 0..<8 {
                        let response = try read(gateway, key)
                        #expect(response.status == 401 && response.code == "invalid_key")
                    }
                    #expect(try read(gateway, other).status == 200)
                    #expect(!gateway.log.contains(key) && !gateway.auditText.contains(key))
                }
            }
        }

        /// However long the cache would keep it.
        @Test(arguments: OAuthProduct.allCases)
        func anExpiredKeyIsRefused(_ product: OAuthProduct) async throws {
            let lifetime = 4
            try await withOAuthServer(product, lifetime: lifetime) { server, servers in
                try await withGateway(server.settings(of: servers, cache: "ttl: 1h")) { gateway in
                    let key = try server.issue("read:trades")
                    #expect(try read(gateway, key).status == 200)
                    let refusal = try waitFor("the key is refused", within: Double(lifetime) + 2) {
                        let response = try read(gateway, key)
                        return response.status == 200 ? nil : response
                    }
                    #expect(refusal.status == 401)
                    #expect(["expired_key", "invalid_key"].contains(refusal.code))
                    #expect(try read(gateway, key).status == 401)
                }
            }
        }

        @Test(arguments: OAuthProduct.allCases)
        func aServerThatDoesNotKnowTheGatewayLetsNobodyIn(_ product: OAuthProduct) async throws {
            try await withOAuthServer(product) { server, servers in
                let key = try server.issue("read:trades")
                let settings = try server.settings(of: servers, secret: "wrong", cache: "ttl: 60s")
                try await withGateway(settings) { gateway in
                    let response = try read(gateway, key)
                    #expect(response.status == 503 && response.code == "introspection_unavailable")
                }
            }
        }
    }
}
