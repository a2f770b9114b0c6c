import Foundation
import Testing

extension EndToEndTests {
    /// Commands that are needed most when the files on disk are broken.
    @Suite("Commands that work when things are broken")
    struct BrokenFilesTests {
        private typealias Result = (end: ChildProcess.End, output: String, errors: String)
        private static let token = "an admin token of these tests"

        private static func settings() -> GatewaySettings {
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.introspectionSecret = "s3cret of the client"
            settings.routes = GatewaySettings.openRoutes
            settings.admin = "{address: '127.0.0.1:0', token: {env: E2E_ADMIN_TOKEN}}"
            settings.environment = ["E2E_ADMIN_TOKEN": token]
            return settings
        }

        /// A gateway that runs while its files are broken, and the folder with them.
        private func withBrokenFiles(
            _ damage: (TemporaryFolder) throws -> Void,
            _ body: (GatewayProcess, String) throws -> Void
        ) async throws {
            let folder = try TemporaryFolder()
            try await withGateway(Self.settings(), in: folder) { gateway in
                // The address that it has found, so that commands can read it.
                let text = folder.read("scopegate.yaml")
                    .replacing(
                        "address: '127.0.0.1:0', token",
                        with: "address: '127.0.0.1:\(gateway.adminPort)', token"
                    )
                try folder.write("scopegate.yaml", text)
                try damage(folder)
                try body(gateway, folder.file("scopegate.yaml"))
            }
        }

        private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Result {
            try ChildProcess.run(Program.path, arguments, environment: environment)
        }

        @Test(arguments: ["routes", "syntax", "secret", "key"])
        func askTheGatewayThatIsMeant(damage: String) async throws {
            try await withBrokenFiles { folder in
                switch damage {
                case "routes": try folder.write("routes.yaml", "version: 1\nroutes: {/a: {GET: read:nothing}}\n")
                case "syntax":
                    try folder.write("scopegate.yaml", folder.read("scopegate.yaml") + "tracing: {url: [}\n")
                case "key": try folder.write("scopegate.yaml", folder.read("scopegate.yaml") + "unknown: 1\n")
                default: break
                }
            } _: { gateway, config in
                let token = ["E2E_ADMIN_TOKEN": Self.token]
                let named = ["--config", config]
                #expect(try run(["health"] + named, token).end == .exited(0))
                #expect(try run(["upstreams"] + named, token).end == .exited(0))
                #expect(try run(["top", "--once", "--format", "json"] + named, token).end == .exited(0))
                let revoked = try run(["revoke", "--subject", "user_1"] + named, token)
                #expect(revoked.end == .exited(0) && revoked.output.contains("forgotten: 0"), "\(revoked)")
                let key = gateway.file("key")
                try Data("a-key\n".utf8).write(to: URL(fileURLWithPath: key))
                let asked = try ChildProcess.run(
                    Program.path,
                    ["introspect"] + named,
                    environment: token,
                    input: key
                )
                #expect(asked.end == .exited(1) && asked.output.contains("unavailable"), "\(asked)")
                let reloaded = try run(["reload"] + named, token)
                if damage == "secret" {
                    #expect(reloaded.end == .exited(0), "\(reloaded)")
                } else {
                    #expect(reloaded.end == .exited(1), "\(reloaded)")
                    #expect(reloaded.errors.contains("error: ") && reloaded.errors.contains(".yaml:"), "\(reloaded)")
                    #expect(reloaded.output.contains("not reloaded: generation 1 goes on"))
                }
                // Without the configuration's own token, and without a configuration.
                let file = gateway.file("token")
                try Data("\(Self.token)\n".utf8).write(to: URL(fileURLWithPath: file))
                let admin = "127.0.0.1:\(gateway.adminPort)"
                let without = try run(["revoke", "--key-id", "k", "--admin", admin, "--token-file", file])
                #expect(without.end == .exited(0), "\(without)")
                let environment = ["SCOPEGATE_ADMIN": admin, "SCOPEGATE_ADMIN_TOKEN": Self.token]
                for command in [["reload"], ["upstreams"], ["health"], ["revoke", "--subject", "u"]] {
                    let answer = try run(command, environment)
                    #expect(answer.end != .exited(2), "\(command) \(answer)")
                }
                #expect(try run(["health"], ["SCOPEGATE_CONFIG": config]).end == .exited(0))
                // A token that is missing is what is said to be missing.
                let tokenless = try run(["revoke", "--subject", "u"] + named)
                #expect(tokenless.end == .exited(2) && tokenless.errors.contains("E2E_ADMIN_TOKEN is not set"))
                #expect(tokenless.errors.contains("--token-file"), "\(tokenless)")
            }
        }

        @Test func noOtherGatewayIsAskedThanIsMeant() throws {
            let folder = try TemporaryFolder()
            try folder.write("scopegate.yaml", "admin: {address: nowhere}\n")
            for command in [
                ["health"], ["reload"], ["upstreams"], ["top", "--once"], ["revoke", "--subject", "u"], ["introspect"],
            ] {
                let answer = try run(command + ["--config", folder.file("scopegate.yaml")])
                #expect(answer.end == .exited(2) && answer.errors.contains("scopegate.yaml:1:"), "\(answer)")
                #expect(answer.errors.contains("name it with --admin"), "\(answer)")
                let missing = try run(command + ["--config", folder.file("none.yaml")])
                #expect(missing.end == .exited(2) && missing.errors.contains("there is no such file"), "\(missing)")
            }
        }

        /// What only looks at maps and logs needs no secret.
        @Test func mapsAndLogsNeedNoSecret() async throws {
            let folder = try TemporaryFolder()
            try await withGateway(Self.settings(), in: folder) { gateway throws in
                #expect(try gateway.exchange("GET", "/closed/a").status == 401)
            }
            let named = ["--config", folder.file("scopegate.yaml")]
            let routes = folder.file("routes.yaml")
            try folder.write("expectations.yaml", "version: 1\nexpect:\n  - GET /open/a → allow\n")
            for command in [
                ["explain", "GET", "/open/a"], ["routes"], ["catalog"], ["diff", routes, routes],
                ["test", folder.file("expectations.yaml")], ["replay", folder.file("audit.jsonl"), "--routes", routes],
                ["audit", "query"], ["audit", "top"], ["audit", "verify"], ["audit", "tail"],
                ["audit", "report", "--html", "-"], ["check", "--no-secrets"],
            ] {
                let answer = try run(command + named)
                #expect(answer.end == .exited(0), "\(command) \(answer)")
                #expect(!answer.errors.contains("E2E_"), "\(command) \(answer)")
            }
            let strict = try run(["check"] + named)
            #expect(strict.end == .exited(1) && strict.output.contains("E2E_INTROSPECTION_SECRET is not set"))
            // Whoever asks about a key needs the endpoint and its secret only: what is broken elsewhere doesn't matter.
            let key = try folder.write("key", "a-key")
            let asked = try ChildProcess.run(
                "/bin/sh",
                ["-c", "\"$0\" introspect --direct --config \"$1\" < \"$2\"", Program.path, named[1], key],
                environment: ["E2E_INTROSPECTION_SECRET": "s3cret of the client"]
            )
            #expect(asked.end == .exited(1) && asked.output.contains("unavailable"), "\(asked)")
            // The log is found beside routes that don't load.
            try folder.write("routes.yaml", "nonsense")
            #expect(try run(["audit", "query"] + named).end == .exited(0))
            #expect(try run(["audit", "verify"] + named).end == .exited(0))
        }

        /// Whatever somebody has set for the width of the terminal.
        @Test(arguments: [
            "-9223372036854775808", "-5", "0", "1", "39", "9223372036854775807", "99999999999999999999", "wide", "",
        ])
        func helpIsPrintedAtAnyWidth(columns: String) throws {
            let help = try run(["audit", "query", "--help"], ["COLUMNS": columns])
            #expect(help.end == .exited(0) && help.output.contains("--since"), "\(help)")
            let top = try run(["top", "--once", "--admin", "127.0.0.1:1"], ["COLUMNS": columns])
            #expect(top.end == .exited(2) && top.errors.contains("no gateway answers"), "\(top)")
        }

        @Test func checksWhatComesOnStandardInput() throws {
            let folder = try TemporaryFolder()
            try folder.write("in.yaml", "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\n")
            func check(_ options: [String]) throws -> Result {
                try ChildProcess.run(
                    "/bin/sh",
                    ["-c", "\"$0\" check \"$@\" < '\(folder.file("in.yaml"))'", Program.path] + options
                )
            }
            let good = try check(["-"])
            #expect(good.end == .exited(0) && good.output.contains("ok: "), "\(good)")
            try folder.write("in.yaml", "upstream: 1\n")
            let bad = try check(["-", "--no-secrets"])
            #expect(bad.end == .exited(1) && bad.output.contains("<standard input>:1:"), "\(bad)")
            let both = try check(["-", "--config", "x"])
            #expect(both.end == .exited(2))
        }

        @Test func explainAndDiffKnowOfNearMisses() throws {
            let folder = try TemporaryFolder()
            let routes = "version: 1\nroutes: {/u/export: {GET: public}, '/u/{id}': {GET: authenticated}}\n"
            let old = try folder.write("old.yaml", routes + "near_misses: refuse\n")
            let new = try folder.write("new.yaml", routes)
            try folder.write(
                "scopegate.yaml",
                "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\nroutes: old.yaml\n"
            )
            let config = ["--config", folder.file("scopegate.yaml")]
            let explained = try run(["explain", "GET", "/u/Export"] + config)
            #expect(explained.end == .exited(1) && explained.output.contains("invalid_request_target"), "\(explained)")
            let wider = try run(["diff", old, new])
            #expect(wider.end == .exited(1) && wider.output.contains("now allowed"), "\(wider)")
            let narrower = try run(["diff", new, old])
            #expect(narrower.end == .exited(0) && narrower.output.contains("now refused"), "\(narrower)")
            let wrong = try folder.write("wrong.yaml", routes + "near_misses: refused\n")
            #expect(try run(["diff", old, wrong]).errors.contains("did you mean refuse?"))
        }

        /// A map with few routes isn't drowned in the scopes that it leaves to others.
        @Test func scopesThatNoRouteUsesAreOneLine() throws {
            let folder = try TemporaryFolder()
            try folder.write(
                "scopegate.yaml",
                "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\nroutes: routes.yaml\n"
            )
            try folder.write("routes.yaml", "version: 1\nroutes: {/a: {GET: \"read:trades\"}}\n")
            let result = try run(["check", "--config", folder.file("scopegate.yaml")])
            let lines = result.errors.split(separator: "\n").filter { $0.contains("no route needs") }
            #expect(result.end == .exited(0) && lines.count == 1, "\(result)")
            #expect(lines.first?.contains("no route needs 19 scopes: ") == true, "\(result)")
        }
    }
}
