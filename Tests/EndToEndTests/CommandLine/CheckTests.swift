import Foundation
import Testing

extension EndToEndTests {
    @Suite("scopegate check")
    struct CheckTests {
        private static let files = ["scopegate.yaml", "routes.yaml", "catalog.yaml"]
        private static let environment = ["SCOPEGATE_INTROSPECTION_SECRET": "s3cret"]

        private static func shipped() throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            for file in files { try folder.write(file, try Repository.read("config/\(file)")) }
            return folder
        }

        private static func check(
            _ folder: TemporaryFolder
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(
                Program.path,
                ["check", "--config", folder.file("scopegate.yaml")],
                environment: environment
            )
        }

        @Test func passesWhatIsShipped() throws {
            let result = try Self.check(try Self.shipped())
            #expect(result.end == .exited(0) && result.output.contains("ok: "), "\(result)")
        }

        /// One line of one file damaged: it loads, or there is a diagnostic with a position.
        @Test(arguments: 0..<36)
        func saysWhereADamagedFileIsWrong(seed: Int) throws {
            let folder = try Self.shipped()
            let file = Self.files[seed % 3]
            var lines = folder.read(file).components(separatedBy: "\n")
            let meaningful = lines.indices.filter { !lines[$0].isEmpty && !lines[$0].hasPrefix("#") }
            let index = meaningful[seed * 7919 % meaningful.count]
            let line = lines[index]
            switch seed / 3 % 6 {
            case 0: lines.insert(line, at: index)
            case 1: lines[index] = line.replacing(":", with: "x:", maxReplacements: 1)
            case 2: lines[index] = line.replacing(":", with: "", maxReplacements: 1)
            case 3: lines[index] = String(line.prefix { $0 != ":" }) + ": [{]"
            case 4: lines[index] = "   " + line
            default: lines.remove(at: index)
            }
            try folder.write(file, lines.joined(separator: "\n"))
            let result = try Self.check(folder)
            switch result.end {
            case .exited(0): #expect(result.output.contains("ok: "))
            case .exited(1):
                let position = #/(scopegate|routes|catalog)\.yaml:\d+:\d+: error: /#
                #expect(result.output.contains(position), "\(result)")
            default: Issue.record("\(file), line \(index + 1): \(result)")
            }
        }

        /// Where a request goes, and for how long that may take, stands beside what it needs.
        @Test func explainSaysWhereARequestGoes() throws {
            let folder = try TemporaryFolder()
            try folder.write(
                "scopegate.yaml",
                """
                upstream: {servers: [{url: "http://127.0.0.1:9001"}, {url: "unix:b.sock"}], idle_timeout: 7s}
                upstreams: [{prefix: /a/b, url: "https://b.example"}]
                introspection: {url: "http://127.0.0.1:9002/"}
                routes: routes.yaml

                """
            )
            try folder.write(
                "routes.yaml",
                "version: 1\nroutes:\n  /a/{x}: {GET: {scope: public, first_byte_timeout: 9s}}\n"
            )
            func explain(_ target: String) throws -> String {
                let config = ["--config", folder.file("scopegate.yaml")]
                return try ChildProcess.run(Program.path, ["explain", "GET", target] + config).output
            }
            let other = try explain("/a/c?d")
            #expect(other.contains("http://127.0.0.1:9001, unix:"), "\(other)")
            #expect(other.contains("first byte within 9s, idle for 7s at most"), "\(other)")
            let prefixed = try explain("/a/b")
            #expect(prefixed.contains("upstream  /a/b: https://b.example\n"), "\(prefixed)")
            #expect(prefixed.contains("first byte within 9s, idle for 30s at most"), "\(prefixed)")
        }

        @Test(arguments: [["check", "--nonsense"], ["nonsense"], ["explain"], ["serve", "--config", "/nowhere.yaml"]])
        func badUseEndsWith2(arguments: [String]) throws {
            let result = try ChildProcess.run(Program.path, arguments)
            #expect(result.end == .exited(2) && !result.errors.isEmpty, "\(result)")
        }
    }
}
