import Foundation
import Testing

extension EndToEndTests {
    /// The gateway's own log, on standard error.
    @Suite("Log formats")
    struct LogFormatTests {
        private static let stamp = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}Z"

        private func lines(_ format: String, _ rest: [String], prefix: [String] = []) throws -> [String] {
            let folder = try TemporaryFolder()
            let (descriptor, taken) = try ScriptedBackend.listen(backlog: 1)
            defer { close(descriptor) }
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.listen = "127.0.0.1:\(taken)"
            settings.routes = GatewaySettings.openRoutes
            settings.rest = ["log: {format: \(format)}"] + rest
            let command = prefix + [Program.path, "serve", "--config", try settings.write(to: folder)]
            let result = try ChildProcess.run(command[0], Array(command.dropFirst()))
            #expect(result.end != .exited(0) && result.output.isEmpty)
            return result.errors.split(separator: "\n").map(String.init)
        }

        @Test(
            "Every line has the chosen format: of the start, of warnings, and of a configuration that can't be used",
            arguments: [
                ("json", #"^[{]"time":"STAMP","level":"[a-z]+","message":".*[}]$"#),
                ("logfmt", #"^time=STAMP level=[a-z]+ message=.+$"#), ("pretty", #"^STAMP [A-Z]+ +[^ ].+$"#),
            ],
            [[], ["nonsense: 1"], ["nonsense: 1", "reload: {watch: 3}"]]
        )
        func formats(format: (name: String, pattern: String), rest: [String]) throws {
            let pattern = try Regex(format.pattern.replacing("STAMP", with: Self.stamp))
            let lines = try lines(format.name, rest)
            #expect(!lines.isEmpty)
            for line in lines { #expect(line.wholeMatch(of: pattern) != nil, "\(line)") }
        }

        @Test("The journal gets a priority before each line, and nobody else")
        func priorities() throws {
            let inJournal = """
                import os, sys
                status = os.fstat(2)
                os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino + int(sys.argv[1])}"
                os.execv(sys.argv[2], sys.argv[2:])
                """
            for line in try lines("json", [], prefix: ["python3", "-c", inJournal, "0"]) {
                #expect(line.wholeMatch(of: /<[2-6]>\{"time".*/) != nil, "\(line)")
            }
            for line in try lines("json", [], prefix: ["python3", "-c", inJournal, "1"]) {
                #expect(line.hasPrefix("{"), "\(line)")
            }
        }
    }
}
