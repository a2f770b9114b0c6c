import Foundation
import Testing

extension EndToEndTests {
    /// What operators read after each of many mistakes, as a table: OperatorMistakes.md.
    ///
    /// With SCOPEGATE_WRITE_GOLDEN set the table is written anew, to be read before it is committed.
    @Suite("Mistakes of operators")
    struct OperatorMistakeTests {
        private static let table = "Tests/EndToEndTests/CommandLine/Mistakes/OperatorMistakes.md"

        private func row(_ mistake: OperatorMistake) throws -> String {
            let folder = try TemporaryFolder()
            var files = ["routes.yaml": OperatorMistake.routes]
            // Commands that are misused are used without a configuration, unless they name it.
            if mistake.arguments.contains("scopegate.yaml") { files["scopegate.yaml"] = OperatorMistake.configuration }
            for (name, text) in files.merging(mistake.files, uniquingKeysWith: { $1 }) { try folder.write(name, text) }
            let result = try ChildProcess.run(
                "/bin/sh",
                ["-c", "cd \"$0\" && exec \"$@\" < /dev/null", folder.path, Program.path] + mistake.arguments,
                environment: mistake.environment
            )
            let message = (result.errors + result.output)
                .replacing(folder.path, with: "…")
                .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .joined(separator: "<br>")
                .replacing("|", with: "\\|")
            let status =
                switch result.end {
                case .exited(let code): "\(code)"
                case .signalled(let number): "signal \(number)"
                }
            return "| \(mistake.name) | `\(mistake.arguments.joined(separator: " "))` | \(status) | \(message) |"
        }

        @Test func eachGetsTheMessageOfTheTable() throws {
            let heading = ["# Mistakes of operators, and what they are told", ""]
            let columns = ["| mistake | command | status | message |", "|---|---|---|---|"]
            let rows = try OperatorMistake.all.map(row)
            #expect(rows.count >= 60)
            let text = (heading + columns + rows).joined(separator: "\n") + "\n"
            if ProcessInfo.processInfo.environment["SCOPEGATE_WRITE_GOLDEN"] != nil {
                try text.write(toFile: "\(Repository.root)/\(Self.table)", atomically: true, encoding: .utf8)
            }
            let expected = try Repository.read(Self.table).split(separator: "\n")
            let found = text.split(separator: "\n")
            #expect(found.count == expected.count)
            for (one, other) in zip(found, expected) { #expect(one == other) }
        }
    }
}
