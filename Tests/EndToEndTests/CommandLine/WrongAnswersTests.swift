import Foundation
import Testing

extension EndToEndTests {
    /// Commands that ask something else than a gateway, and those whose answer can't be written.
    @Suite("Answers that are none")
    struct WrongAnswersTests {
        @Test(arguments: [
            "{}", "[]", "not JSON", #"{"forgotten":"3","calls_disregarded":0}"#, #"{"forgotten":3}"#,
            #"{"ready":false}"#,
            #"{"forgotten":-1,"calls_disregarded":0}"#, #"{"checks":[]}"#, #"{"ready":"true","checks":[]}"#,
        ])
        func areNotTakenForAGateways(body: String) async throws {
            try await withBackend { connection in
                _ = try connection.readHead()
                try connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            } _: { backend in
                let admin = ["--admin", "127.0.0.1:\(backend.port)"]
                for command in [
                    ["revoke", "--subject", "u"], ["health"], ["upstreams"], ["reload"], ["top", "--once"],
                ] {
                    let answer = try ChildProcess.run(Program.path, command + admin)
                    #expect(answer.end == .exited(2) && answer.output.isEmpty, "\(command) \(answer)")
                }
            }
        }

        @Test(arguments: [
            ["routes"], ["catalog"], ["explain", "GET", "/api/v1/trades"], ["check", "--effective"], ["--help"],
            ["--version"],
        ])
        func thatCouldNotBeWrittenAreErrors(command: [String]) throws {
            let folder = try TemporaryFolder()
            try folder.write("scopegate.yaml", "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\n")
            let full = try ChildProcess.run(
                "/bin/sh",
                ["-c", "exec \"$0\" \"$@\" > /dev/full", Program.path] + command,
                environment: ["SCOPEGATE_CONFIG": folder.file("scopegate.yaml")]
            )
            #expect(full.end == .exited(2) && full.errors.contains("No space left on device"), "\(full)")
            // Whoever has seen enough isn't told of an error.
            let enough = try ChildProcess.run(
                "/bin/sh",
                ["-c", "{ \"$0\" \"$@\"; echo $? >&2; } | head -c 1 > /dev/null", Program.path] + command,
                environment: ["SCOPEGATE_CONFIG": folder.file("scopegate.yaml")]
            )
            #expect(!enough.errors.contains("error"), "\(enough)")
        }

        @Test func theDefaultAddressIsNamedWhenTheFileNamesNone() throws {
            let folder = try TemporaryFolder()
            try folder.write("scopegate.yaml", "adm1n: {address: '127.0.0.1:1'}\n")
            let answer = try ChildProcess.run(
                Program.path,
                ["revoke", "--subject", "u", "--config", folder.file("scopegate.yaml")]
            )
            #expect(answer.errors.contains("has no admin section, so 127.0.0.1:9901 is asked"), "\(answer)")
        }
    }
}
