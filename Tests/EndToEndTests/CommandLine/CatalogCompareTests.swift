import Foundation
import JournalDemo
import Testing

extension EndToEndTests {
    @Suite("scopegate catalog --compare")
    struct CatalogCompareTests {
        private static let same = """
            {"scopes":[{"scope":"read:a","automatic":true,"reserved":false},"write:b"]}
            """
        private static let catalog = """
            version: 1
            resources:
              - name: a
                read: {description: d, automatic: true}
              - name: b
                write: {description: d}

            """

        private func compare(
            _ url: String,
            _ more: [String] = [],
            environment: [String: String] = [:],
            input: String = "/dev/null"
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            let folder = try TemporaryFolder()
            try folder.write("c.yaml", Self.catalog)
            try folder.write("r.yaml", "version: 1\nroutes: {/a: {GET: public}}\n")
            let config = try folder.write(
                "scopegate.yaml",
                "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\ncatalog: c.yaml\nroutes: r.yaml\n"
            )
            return try ChildProcess.run(
                Program.path,
                ["catalog", "--compare", url, "--config", config] + more,
                environment: environment,
                input: input
            )
        }

        private static func answering(_ status: String, _ body: String) throws -> ScriptedBackend {
            try ScriptedBackend { connection in
                _ = try connection.readHead()
                let text =
                    "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                try connection.send(text + body)
            }
        }

        @Test func saysThatNothingDiffers() throws {
            let backend = try Self.answering("200 OK", Self.same)
            let result = try compare(backend.url)
            #expect(result.end == .exited(0) && result.output == "the backend has the same 2 scopes\n", "\(result)")
            #expect(backend.heads.first?.hasPrefix("GET /api/v1/scopes HTTP/1.1\r\n") == true)
            #expect(backend.heads.first?.lowercased().contains("authorization") == false)
            try backend.stop()
        }

        @Test func saysWhatDiffers() throws {
            let backend = try Self.answering("200 OK", #"{"scopes":["read:a","read:z"]}"#)
            let result = try compare(backend.url + "/scopes?all=1")
            #expect(result.end == .exited(1))
            for part in ["missing  read:z", "extra    write:b", "1 missing, 1 extra, 0 different"] {
                #expect(result.output.contains(part), "\(result.output)")
            }
            #expect(backend.heads.first?.hasPrefix("GET /scopes?all=1 HTTP/1.1\r\n") == true)
            struct Report: Decodable {
                var ok: Bool
                var missing: [String]
                var extra: [String]
            }
            let json = try compare(backend.url, ["--format", "json"])
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(json.end == .exited(1) && !report.ok && report.missing == ["read:z"] && report.extra == ["write:b"])
            try backend.stop()
        }

        @Test func theBuiltInCatalogIsTheReferences() async throws {
            let scopes = try ChildProcess.run(Program.path, ["catalog", "--format", "json"])
            #expect(scopes.end == .exited(0))
            try await withGateway(
                GatewaySettings(upstream: "http://127.0.0.1:1", rest: ["catalog: {serve_at: /api/v1/scopes}"])
            ) { gateway in
                let result = try ChildProcess.run(
                    Program.path,
                    ["catalog", "--compare", "http://127.0.0.1:\(gateway.port)"]
                )
                #expect(result.end == .exited(0) && result.output.contains("the same 23 scopes"), "\(result)")
            }
        }

        @Test func takesTheKeyFromWhereNobodySeesIt() throws {
            let backend = try Self.answering("200 OK", Self.same)
            let folder = try TemporaryFolder()
            let file = try folder.write("key", "secret-key\n")
            #expect(try compare(backend.url, ["--key-file", file]).end == .exited(0))
            #expect(
                try compare(backend.url, ["--key-env", "A_KEY"], environment: ["A_KEY": "secret-key"]).end == .exited(0)
            )
            #expect(try compare(backend.url, ["--key"], input: file).end == .exited(0))
            #expect(backend.heads.count == 3)
            for head in backend.heads { #expect(head.contains("Authorization: Bearer secret-key\r\n")) }
            for arguments in [
                ["--key-file", folder.file("none")], ["--key-env", "NOT_SET"], ["--key"], ["--key", "--key-env", "A"],
            ] {
                let result = try compare(backend.url, arguments)
                #expect(result.end == .exited(2) && result.errors.contains("key"), "\(arguments): \(result)")
            }
            try folder.write("key", "not a key\n")
            let bad = try compare(backend.url, ["--key-file", file])
            #expect(bad.end == .exited(2) && !bad.errors.contains("not a key"))
            try backend.stop()
        }

        @Test(
            arguments: [
                ("401 Unauthorized", "{}", "answers 401: it wants a key"),
                ("301 Moved", "{}", "answers 301: redirects"),
                ("500 Oops", "{}", "answers 500"), ("200 OK", "<html>", "the answer is not JSON"),
                ("200 OK", "{}", "/scopes is not a list"),
            ]
        )
        func whatIsNoCatalogEndsWith2(status: String, body: String, problem: String) throws {
            let backend = try Self.answering(status, body)
            let result = try compare(backend.url)
            #expect(result.end == .exited(2) && result.errors.contains(problem), "\(result)")
            try backend.stop()
        }

        @Test func nobodyThereEndsWith2() throws {
            let result = try compare("http://127.0.0.1:\(try ScriptedBackend.unusedPort())")
            #expect(result.end == .exited(2) && result.errors.contains("error: http://127.0.0.1:"), "\(result)")
            #expect(try compare("ftp://127.0.0.1/").end == .exited(2))
            #expect(try ChildProcess.run(Program.path, ["catalog", "--key-env", "A"]).end == .exited(2))
        }
    }
}
