import GatewayConfig
import ScopeModel
import Testing

/// Where the admin listener and the audit are is found in files that are broken elsewhere.
@Suite struct OperatorSettingsTests {
    private func read(_ text: String, environment: [String: String] = ["T": "0123456789abcdef"]) -> OperatorSettings {
        var files = MemoryFiles()
        files["etc/scopegate.yaml"] = text
        return OperatorSettings(path: "etc/scopegate.yaml", environment: environment, files: files)
    }

    private static let admin = "admin: {address: '127.0.0.1:7777', token: {env: T}}\naudit:\n  path: logs/a.jsonl\n"

    @Test(arguments: [
        "", "upstream: 5\n", "routes: missing.yaml\n", "introspection: {client: {id: a, secret: {env: MISSING}}}\n",
        "unknown: 1\n", "listen: [{address: nowhere}]\n", "upstream: {url: 'http://h'\n", "upstream: [\n",
        "\tupstream: x\n", "upstream: *x\n", "upstream: \"\n", "upstream: a\nupstream: b\n", "a: !x y\n", "%\n",
    ])
    func areReadWhateverElseIsWrong(text: String) {
        for whole in [text + Self.admin, Self.admin + text] {
            let settings = read(whole)
            #expect(settings.admin?.address.description == "127.0.0.1:7777", "\(whole) \(settings.problems)")
            #expect(settings.admin?.token?.bytes == Array("0123456789abcdef".utf8))
            #expect(settings.audit?.path == "etc/logs/a.jsonl")
            #expect(settings.problems == [])
        }
    }

    @Test func areTheDefaultsWhenTheFileHasNone() {
        for text in ["upstream: {}\n", "upstream: [\n", "#admin: {address: '127.0.0.1:1'}\n"] {
            let settings = read(text)
            #expect(settings.admin == AdminConfiguration() && settings.audit?.path == "etc/audit.jsonl", "\(text)")
        }
    }

    @Test func sectionsOfSeveralLinesAreReadWithTheirPlaces() {
        let settings = read(
            """
            upstream: {url: [}
            # admin: no

            admin:
              # where
              address: 127.0.0.1:7778

              token: {env: MISSING}
            audit: {path: [x]}
            """
        )
        #expect(settings.admin?.address.description == "127.0.0.1:7778" && settings.admin?.token == nil)
        #expect(settings.audit == nil)
        #expect(settings.problems.map(\.line) == [8, 9], "\(settings.problems)")
        #expect(settings.problems[0].message.contains("the environment variable MISSING is not set"))
    }

    /// To ask another gateway than was meant would be worse than to ask none.
    @Test(arguments: [
        "admin: {address: nowhere}\n", "admin: {address: }\n", "admin: [\n", "admin: 5\n", "admin:\n",
        "admin: {address: [a]}\n",
    ])
    func anAddressThatCantBeReadIsNotTheDefault(text: String) {
        let settings = read(text)
        #expect(settings.admin == nil && !settings.problems.isEmpty, "\(settings)")
    }

    @Test func aFileThatIsNotThereIsAProblem() {
        let settings = OperatorSettings(path: "none.yaml", environment: [:], files: MemoryFiles())
        #expect(settings.admin == nil && settings.audit == nil && settings.problems.count == 1)
    }

    @Test func introspectionIsLoadedWhateverElseIsWrong() throws {
        var files = MemoryFiles()
        func load() throws(ConfigErrors) -> (configuration: GatewayConfiguration, catalog: ScopeCatalog) {
            try ConfigLoader.loadIntrospection(path: "scopegate.yaml", environment: ["S": "secret"], files: files)
        }
        let good = "introspection: {url: 'https://h/i', client: {id: a, secret: {env: S}}}\n"
        files["scopegate.yaml"] = "upstream: 5\nroutes: none.yaml\nadmin: {token: {env: MISSING}}\nx: 1\n" + good
        let loaded = try load()
        #expect(loaded.configuration.introspection.endpoints.map(\.description) == ["https://h/i"])
        #expect(loaded.catalog.entries.count > 10)
        for text in [
            "upstream: {}\n", "", "introspection: 5\n", good.replacing("S}", with: "T}"), good + "keys: 5\n",
            good + "catalog: none.yaml\n",
        ] {
            files["scopegate.yaml"] = text
            #expect(throws: ConfigErrors.self, "\(text)") { try load() }
        }
    }

    /// Commands that only look at maps need neither secrets nor certificates.
    @Test func aConfigurationLoadsWithoutItsSecrets() throws {
        var files = MemoryFiles()
        files["scopegate.yaml"] = """
            listen: [{address: "0.0.0.0:8443", tls: {certificates: [{certificate_file: c.pem, key_file: k.pem}]}}]
            upstream: {url: "https://h", tls: {ca_file: ca.pem}}
            introspection: {url: "https://h/", client: {id: a, secret: {env: MISSING}}}
            admin: {address: "0.0.0.0:9901", token: {file: token}}
            audit: {fingerprint_secret: {env: MISSING}, signing_key: {file: key}}
            """
        func load(_ secrets: SecretReading) throws(ConfigErrors) -> LoadedConfiguration {
            try ConfigLoader.load(path: "scopegate.yaml", environment: [:], secrets: secrets, files: files) { _ in "d" }
        }
        #expect(throws: ConfigErrors.self) { try load(.required) }
        let loaded = try load(.leftOut)
        #expect(loaded.routeMap.routes.count > 10)
        #expect(loaded.configuration.introspection.endpoints.count == 1)
        // What is wrong with where a secret is said to be is an error all the same.
        files["scopegate.yaml"] += "\nkeys: {sources: []}\n"
        #expect(throws: ConfigErrors.self) { try load(.leftOut) }
        files["scopegate.yaml"] = Fixture.minimal + "admin: {token: not-a-reference}\n"
        #expect(throws: ConfigErrors.self) { try load(.leftOut) }
    }
}
