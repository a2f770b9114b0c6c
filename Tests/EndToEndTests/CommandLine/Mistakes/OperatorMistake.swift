/// A mistake that operators make, with the command that meets it.
struct OperatorMistake: Sendable {
    let name: String
    var arguments = ["check", "--config", "scopegate.yaml"]
    /// Files in the place of, or beside, those that are right.
    var files: [String: String] = [:]
    var environment = Self.secrets

    static let secrets = ["GATE_SECRET": "s3cret of the client", "EMPTY": "", "SHORT": "short"]

    static let configuration = """
        listen: [{address: "127.0.0.1:8080"}]
        upstream: {url: "http://127.0.0.1:9001"}
        introspection: {url: "http://127.0.0.1:9002/introspect", client: {id: gate, secret: {env: GATE_SECRET}}}
        routes: routes.yaml

        """

    static let routes = """
        version: 1
        routes:
          /api/v1/trades: {GET: "read:trades", POST: "write:trades"}

        """

    /// A mistake in scopegate.yaml: lines behind those that are right, or a text in the place of another.
    static func configuration(_ name: String, _ lines: String) -> OperatorMistake {
        OperatorMistake(name: name, files: ["scopegate.yaml": configuration + lines + "\n"])
    }

    static func configuration(_ name: String, _ text: String, becomes other: String) -> OperatorMistake {
        OperatorMistake(name: name, files: ["scopegate.yaml": configuration.replacing(text, with: other)])
    }

    /// A mistake in routes.yaml.
    static func routes(_ name: String, _ lines: String) -> OperatorMistake {
        OperatorMistake(name: name, files: ["routes.yaml": routes + lines + "\n"])
    }

    /// A command used wrongly, or on something that isn't there.
    static func command(_ arguments: String..., named name: String) -> OperatorMistake {
        OperatorMistake(name: name, arguments: arguments)
    }

    static let all: [OperatorMistake] = inTheConfiguration + inTheRoutes + atTheCommandLine

    private static let inTheConfiguration: [OperatorMistake] = [
        .configuration("a tab for indentation", "audit:\n\tpath: audit.jsonl"),
        .configuration("a key misspelt", "upstream:", becomes: "upstraem:"),
        .configuration("no upstream", "upstream: {url: \"http://127.0.0.1:9001\"}\n", becomes: ""),
        .configuration("a secret in the file", "{env: GATE_SECRET}", becomes: "hunter2"),
        .configuration("a secret's variable not set", "GATE_SECRET", becomes: "GATE_SECERT"),
        .configuration("a secret's variable empty", "GATE_SECRET", becomes: "EMPTY"),
        .configuration("a secret's file missing", "{env: GATE_SECRET}", becomes: "{file: secret}"),
        .configuration("a secret from two places", "{env: GATE_SECRET}", becomes: "{env: GATE_SECRET, file: secret}"),
        .configuration("a shell's variable", "audit: {path: \"${STATE}/audit.jsonl\"}"),
        .configuration("a duration without a unit", "shutdown: {grace_period: 10}"),
        .configuration("a duration of another form", "shutdown: {grace_period: 1m30s}"),
        .configuration("a duration too long", "shutdown: {grace_period: 99999999999999999999h}"),
        .configuration("a size of another unit", "limits: {body: 1MB}"),
        .configuration("a size too large", "limits: {header_bytes: 9223372036854775807GiB}"),
        .configuration("a port too high", "127.0.0.1:8080", becomes: "127.0.0.1:80800"),
        .configuration("an address without a port", "127.0.0.1:8080", becomes: "127.0.0.1"),
        .configuration("an address without a host", "127.0.0.1:8080", becomes: ":8080"),
        .configuration("an IPv6 address without brackets", "127.0.0.1:8080", becomes: "::1:8080"),
        .configuration("a URL without a scheme", "http://127.0.0.1:9001", becomes: "127.0.0.1:9001"),
        .configuration("a URL with a user", "http://127.0.0.1:9001", becomes: "http://me:pw@127.0.0.1:9001"),
        .configuration("an open admin listener without a token", "admin: {address: \"0.0.0.0:9901\"}"),
        .configuration("a token too short", "admin: {token: {env: SHORT}}"),
        .configuration("an address twice", "admin: {address: \"127.0.0.1:8080\"}"),
        .configuration("a network with bits behind its prefix", "trusted_proxies: [10.1.2.3/8]"),
        .configuration("a host name among networks", "trusted_proxies: [proxy.internal]"),
        .configuration("a key twice", "threads: 2\nthreads: 4"),
        .configuration("a bracket not closed", "trusted_proxies: [10.0.0.0/8"),
        .configuration("a colon in a text", "audit: {path: a: b}"),
        .configuration("an alias", "x: &a 1\nthreads: *a"),
        .configuration("yes for true", "audit: {stdout: yes}"),
        .configuration("a number out of range", "threads: 0"),
        .configuration("a word that there isn't", "log: {level: verbose}"),
        .configuration("a key without a value", "admin:"),
        .configuration("a list where a mapping is needed", "limits: [body]"),
        .configuration("a routes file that isn't there", "routes.yaml", becomes: "route.yaml"),
        .configuration(
            "a certificate that isn't there",
            "127.0.0.1:8080\"",
            becomes: "127.0.0.1:8080\", tls: {certificates: [{certificate_file: c.pem, key_file: k.pem}]}"
        ),
        .configuration("a folder for a routes file", "routes: routes.yaml", becomes: "routes: /tmp"),
        OperatorMistake(name: "an empty file", files: ["scopegate.yaml": ""]),
        OperatorMistake(name: "a file of something else", files: ["scopegate.yaml": "hello\n"]),
    ]

    private static let inTheRoutes: [OperatorMistake] = [
        .routes("a scope misspelt", "  /a: {GET: \"read:trade\"}"),
        .routes("a scope's parts the wrong way round", "  /a: {GET: \"trades:read\"}"),
        .routes("a method in lower case", "  /a: {get: \"read:trades\"}"),
        .routes("Express's parameter", "  /a/:id: {GET: \"read:trades\"}"),
        .routes("a dollar's parameter", "  /a/$id: {GET: \"read:trades\"}"),
        .routes("an asterisk for a segment", "  /a/*: {GET: \"read:trades\"}"),
        .routes("two asterisks for the rest", "  /a/**: {GET: \"read:trades\"}"),
        .routes("a pattern in a parameter", "  \"/a/{id:[0-9]+}\": {GET: \"read:trades\"}"),
        .routes("a parameter in a segment", "  /a/{id}.json: {GET: \"read:trades\"}"),
        .routes("ANY for all methods", "  /a: {ANY: \"read:trades\"}"),
        .routes("no slash at the start", "  a/b: {GET: \"read:trades\"}"),
        .routes("something behind the rest", "  /a/{rest...}/b: {GET: \"read:trades\"}"),
        .routes("two names for one parameter", "  /a/{x}: {GET: public}\n  /a/{y}: {PUT: \"write:trades\"}"),
        .routes("a list of scopes", "  /a: {GET: [\"read:trades\", \"read:balance\"]}"),
        .routes("a scope to read for a write", "  /a: {DELETE: \"read:trades\"}"),
        .routes("a public write", "  /a: {POST: public}"),
        .routes(
            "a literal beside a parameter",
            "  /u/{id}: {GET: \"read:trades\"}\n  /u/export: {GET: \"read:balance\"}"
        ),
        .routes("a template that nothing reaches", "  /a//b: {GET: public}"),
        .routes("a query in a path", "  /a?b=c: {GET: public}"),
        .routes("no requirement", "  /a: {GET: }"),
        OperatorMistake(name: "no version", files: ["routes.yaml": "routes: {/a: {GET: public}}\n"]),
        OperatorMistake(name: "a version to come", files: ["routes.yaml": "version: 2\nroutes: {/a: {GET: public}}\n"]),
        OperatorMistake(name: "no routes", files: ["routes.yaml": "version: 1\nroutes: {}\n"]),
    ]

    private static let atTheCommandLine: [OperatorMistake] = [
        .command("chekc", named: "a command misspelt"),
        .command("check", "--config", "none.yaml", named: "a configuration that isn't there"),
        .command("explain", "GET", "api/v1/trades", named: "a path without its slash"),
        .command("explain", "GET", "/api/v1/trades", "--scopes", "read:trade", named: "a key's scope misspelt"),
        .command("routes", "--scope", "read:trade", named: "a scope to look for misspelt"),
        .command("diff", "routes.yaml", "none.yaml", named: "a file to compare that isn't there"),
        .command("test", "none.yaml", named: "expectations that aren't there"),
        .command("audit", "query", "--log", "none.jsonl", named: "a log that isn't there"),
        .command("audit", "verify", "--log", ".", named: "a folder for a log"),
        .command("audit", "query", "--log", "x", "--since", "5 o'clock", named: "a time in words"),
        .command("audit", "query", "--log", "x", "--reason", "forbiden_scope", named: "a reason misspelt"),
        .command("audit", "query", "--log", "x", "--client", "10.1.2.3/8", named: "a network of a client's address"),
        .command("audit", "verify", "--log", "x", "--anchor", "12", named: "half an anchor"),
        .command("audit", "query", named: "no log named, and no configuration here"),
        .command("health", "--admin", "localhost", named: "an admin address without a port"),
        .command("reload", "--admin", "127.0.0.1:1", named: "no gateway there"),
        .command("revoke", "--subject", "u", "--key-id", "k", named: "two sorts of keys to revoke"),
        .command("revoke", "--key-id", "k", "--token-file", "none", named: "a token's file that isn't there"),
        .command("introspect", "--config", "scopegate.yaml", named: "no key on standard input"),
        .command("import", "openapi", "none.json", named: "a document that isn't there"),
    ]
}
