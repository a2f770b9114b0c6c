import Foundation
import GatewayConfig
import RouteMap
import ScopeModel
import Testing

@Suite("The configuration that ships")
struct ShippedConfigurationTests {
    @Test func isWhatIsEmbedded() throws {
        #expect(Array(EmbeddedConfiguration.catalog.utf8) == (try Fixture.shipped("catalog.yaml")))
        #expect(Array(EmbeddedConfiguration.routes.utf8) == (try Fixture.shipped("routes.yaml")))
    }

    @Test func loadsFromTheFileSystem() throws {
        let path = Fixture.folder.appending(path: "scopegate.yaml").path
        let loaded = try ConfigLoader.load(path: path, environment: Fixture.environment, files: SystemFiles()) {
            "\($0.count)"
        }
        #expect(loaded.warnings == [])
        #expect(loaded.configuration.routes == .file(Fixture.folder.appending(path: "routes.yaml").path))
        #expect(loaded.routeMap.digest == "\(try Fixture.shipped("routes.yaml").count)")
    }

    /// The example says each key with its default, so leaving all of them out has to give the same.
    @Test func saysTheDefaults() throws {
        let loaded = try Fixture.load(try Fixture.shippedFiles())
        var expected = try Fixture.load(Fixture.minimal).configuration
        expected.routes = .file("routes.yaml")
        expected.catalog.source = .file("catalog.yaml")
        expected.introspection.client = .basic(
            id: "scopegate",
            secret: Secret(bytes: Array("s".utf8), origin: .environment("SCOPEGATE_INTROSPECTION_SECRET"))
        )
        #expect(loaded.configuration == expected)
        #expect(loaded.warnings == [])
    }

    @Test func theDefaultsAreTheDocumentedOnes() throws {
        let configuration = try Fixture.load(Fixture.minimal).configuration
        let expected = GatewayConfiguration(
            upstream: UpstreamConfiguration(
                servers: [UpstreamServer(.url(HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 9001)))]
            ),
            introspection: IntrospectionConfiguration(
                endpoints: [HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 9002, target: "/introspect")]
            )
        )
        #expect(configuration == expected)
        #expect(configuration.listen.map(\.address.description) == ["127.0.0.1:8080"])
        #expect(configuration.admin.address.description == "127.0.0.1:9901")
        #expect(configuration.upstream.connectTimeout == .seconds(2))
        #expect(configuration.upstream.pool.idleTimeout == .seconds(1))
        #expect(configuration.upstream.pool.maxAge == .seconds(600))
        #expect(configuration.introspection.cache.timeToLive == .seconds(60))
        #expect(configuration.limits.requestLine == 8192)
        #expect(configuration.limits.body == nil)
        #expect(configuration.keys.forward)
    }

    @Test func theExampleHasEveryKey() throws {
        // Commented-out keys count: they are those that have no default.
        let text = String(decoding: try Fixture.shipped("scopegate.yaml"), as: UTF8.self)
        for (name, keys) in KnownKeys.scopegate {
            for key in keys { #expect(text.contains("\(key):"), "\(name) has \(key)") }
        }
    }

    @Test func theCatalogIsTheReference() throws {
        let catalog = try ConfigLoader.loadEmbedded { _ in "" }.catalog
        let paired = [
            "trades", "accounts", "balance", "goals", "protocols", "tags", "strategies", "screenshots", "copy_groups",
            "autosync",
        ]
        let expected =
            paired.flatMap { ["read:\($0)", "write:\($0)"] } + ["read:catalog", "read:settings", "write:settings"]
        #expect(catalog.entries.map(\.scope.description) == expected)
        #expect(catalog.names(of: catalog.automatic) == ["read:catalog"])
        #expect(catalog.names(of: catalog.reserved) == ["read:settings", "write:settings"])
        #expect(catalog.presets.map(\.id) == ["read-everything", "read-write-everything", "custom"])
        #expect(catalog.presets.map(\.title) == ["Read everything", "Read + Write everything", "Custom"])
        func names(_ preset: String) -> [String] { catalog.names(of: catalog.scopes(inPreset: preset) ?? []) }
        #expect(names("read-everything") == expected.filter { $0.hasPrefix("read:") })
        #expect(names("read-write-everything") == expected)
        #expect(names("custom") == [])
    }

    @Test func everyScopeButTheReservedIsNeededSomewhere() throws {
        let (catalog, map) = try ConfigLoader.loadEmbedded { _ in "" }
        let needed = map.routes.reduce(ScopeSet()) { $0.union($1.requirement.set) }
        #expect(catalog.names(of: catalog.all.subtracting(needed)) == ["read:settings", "write:settings"])
    }

    @Test(arguments: [
        ("GET /api/v1/trades", "read:trades"), ("POST /api/v1/trades", "write:trades"),
        ("PATCH /api/v1/trades/7", "write:trades"), ("DELETE /api/v1/trades/7", "write:trades"),
        ("GET /api/v1/trades/7/executions", "read:trades"), ("GET /api/v1/trades/7/tags", "read:trades"),
        ("PUT /api/v1/trades/7/tags", "write:tags"), ("GET /api/v1/trades/7/confirmations", "read:trades"),
        ("PUT /api/v1/trades/7/confirmations", "write:trades"), ("PATCH /api/v1/accounts/7", "write:accounts"),
        ("DELETE /api/v1/accounts/7", "405"), ("POST /api/v1/balance/payouts", "write:balance"),
        ("DELETE /api/v1/balance/events", "405"), ("GET /api/v1/goals/7/progress", "read:goals"),
        ("POST /api/v1/protocols/7/responses", "write:protocols"), ("DELETE /api/v1/tag-categories/7", "write:tags"),
        ("GET /api/v1/strategies/7/setups", "read:strategies"), ("PUT /api/v1/strategies/7", "405"),
        ("GET /api/v1/strategies/7/confirmation-templates", "read:strategies"),
        ("GET /api/v1/screenshots/7", "read:screenshots"), ("POST /api/v1/screenshots", "write:screenshots"),
        ("PATCH /api/v1/screenshots/7", "405"), ("PUT /api/v1/copy-groups/7/members", "write:copy_groups"),
        ("POST /api/v1/autosync/sync", "write:autosync"), ("HEAD /api/v1/catalog/brokers", "read:catalog"),
        ("POST /api/v1/catalog/brokers", "405"), ("GET /api/v1/scopes", "public"), ("GET /api/v1/settings", "403"),
        ("GET /api/v1/trades/", "403"), ("GET /API/v1/trades", "403"),
    ])
    func routesNeedWhatTheReferenceSays(request: String, needed: String) throws {
        let (catalog, map) = try ConfigLoader.loadEmbedded { _ in "" }
        let parts = request.split(separator: " ")
        let explanation = map.explain(method: String(parts[0]), path: String(parts[1]))
        let answer: String =
            switch explanation.match {
            case .unmapped, .denied: "403"
            case .refused: "400"
            case .methodNotAllowed: "405"
            case .route(let route): map.requirement(ofRoute: route).description(in: catalog)
            }
        #expect(answer == needed)
    }
}
