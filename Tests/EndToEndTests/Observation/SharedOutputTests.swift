import Foundation
import Glibc
import Synchronization
import Testing

extension EndToEndTests {
    /// Standard output and standard error are one pipe, with a reader that is slow, or reads nothing at all.
    @Suite("One pipe for all that is written", .serialized)
    struct SharedOutputTests {
        /// What comes out of a named pipe.
        private final class SlowReader: Sendable {
            private let descriptor: Int32
            private let text = Mutex<[UInt8]>([])
            /// How long it rests after each piece, in microseconds; nil to read nothing.
            let rest = Mutex<UInt32?>(2000)
            private let isDone = Mutex(false)

            init(_ path: String) throws {
                #expect(mkfifo(path, 0o600) == 0)
                descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
                guard descriptor >= 0 else { throw SocketFailure(errno) }
                // As small as pipes get, F_SETPIPE_SZ.
                _ = fcntl(descriptor, 1031, 4096)
                startThread { [self] in
                    var buffer = [UInt8](repeating: 0, count: 777)
                    while !isDone.withLock({ $0 }) {
                        guard let pause = rest.withLock({ $0 }) else {
                            usleep(1000)
                            continue
                        }
                        let count = read(descriptor, &buffer, buffer.count)
                        if count > 0 { text.withLock { $0 += buffer[..<count] } }
                        if count <= 0 || pause > 0 { usleep(max(pause, 500)) }
                    }
                    close(descriptor)
                }
            }

            func end() { isDone.withLock { $0 = true } }

            var lines: [String] {
                let bytes = text.withLock { $0 }
                return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            }
        }

        private static func member(_ name: String, of line: String) -> String? {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?[name] as? String
        }

        private static func port(_ message: String, _ name: String, in reader: SlowReader) throws -> Int {
            try waitFor("\(message) is said", within: 30) {
                reader.lines.first { member("message", of: $0) == message }
                    .flatMap { member(name, of: $0)?.split(separator: ":").last.flatMap { Int($0) } }
            }
        }

        /// Starts a gateway whose standard output and error are the pipe.
        private func start(_ settings: GatewaySettings, _ folder: TemporaryFolder) throws -> (ChildProcess, SlowReader)
        {
            let config = try settings.write(to: folder)
            let pipe = folder.file("pipe")
            let reader = try SlowReader(pipe)
            let child = try ChildProcess(
                "sh",
                ["-c", "exec \"$0\" serve --config \"$1\" >\"$2\" 2>&1", Program.path, config, pipe],
                in: folder,
                name: "gateway"
            )
            return (child, reader)
        }

        private var settings: GatewaySettings {
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.audit = ["stdout: true"]
            settings.rest = ["access_log: {path: /dev/stdout}", "log: {level: debug}"]
            return settings
        }

        /// Audit, access log and error log write thousands of lines to it, and none tears another.
        @Test func linesStayWhole() async throws {
            let folder = try TemporaryFolder()
            let (child, reader) = try start(settings, folder)
            defer {
                child.kill()
                reader.end()
            }
            let port = try Self.port("listening", "address", in: reader)
            let admin = try Self.port("ready", "admin", in: reader)
            let load = LoadClient(port: port, clients: 16, requestsPerClient: 200) { client, number in
                // Not routed, so that each is an audit record and a line, and answered by the gateway itself.
                LoadClient.Call(
                    request: "GET /nowhere/\(client)/\(number) HTTP/1.1\r\nHost: h\r\n"
                        + "User-Agent: \(String(repeating: "u", count: number % 250))\r\n\r\n",
                    status: 403,
                    field: ("Cache-Control", "no-store")
                )
            }
            let outcome = try await load.run()
            #expect(outcome.right == 3200)
            // Some lines of the error log in between: reloads, each answered.
            for _ in 0..<20 {
                let client = try RawClient(port: admin)
                try client.send("POST /reload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
                #expect(try client.readResponse().status == 200)
            }
            reader.rest.withLock { $0 = 0 }
            try waitUntil("the audit's lines are through", within: 60) {
                reader.lines.count { Self.member("event", of: $0) == "denied" } == 3200
            }
            try waitUntil("the log's lines are through", within: 60) {
                reader.lines.count { Self.member("message", of: $0) == "reloaded" } == 20
            }
            let client = try RawClient(port: admin)
            try client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let metrics = try client.readResponse().text
            func metric(_ name: String) -> Int? {
                metrics.split(separator: "\n").first { $0.hasPrefix("scopegate_\(name) ") }?.split(separator: " ").last
                    .flatMap { Int($0) }
            }
            let lost = try #require(metric("access_log_lost_total"))
            try waitUntil("the access log's lines are through", within: 60) {
                reader.lines.count { Self.member("decision", of: $0) == "deny" } == 3200 - lost
            }
            child.signal(SIGTERM)
            #expect(try child.wait(within: 30) == .exited(0))
            try waitUntil("the end is through") {
                reader.lines.contains { Self.member("message", of: $0) == "stopped" }
            }
            for line in reader.lines {
                let isWhole = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any]
                #expect(isWhole, "\(line)")
            }
        }

        /// Nobody reads: requests are answered all the same, what waits is bounded in bytes, and what is lost is
        /// counted.
        @Test func aBlockedReaderHoldsNobodyUp() async throws {
            let folder = try TemporaryFolder()
            var settings = settings
            settings.audit = []
            settings.limits = ["header_bytes: 64KiB"]
            settings.rest = ["access_log: {path: stdout, capacity: 1000000}", "log: {level: debug}"]
            let (child, reader) = try start(settings, folder)
            defer {
                child.kill()
                reader.end()
            }
            let port = try Self.port("listening", "address", in: reader)
            let admin = try Self.port("ready", "admin", in: reader)
            reader.rest.withLock { $0 = nil }
            let filler = String(repeating: "u", count: 30_000)
            let load = LoadClient(port: port, clients: 8, requestsPerClient: 2500) { _, number in
                LoadClient.Call(
                    request: "GET /nowhere/\(number) HTTP/1.1\r\nHost: h\r\nUser-Agent: \(filler)\r\n\r\n",
                    status: 403,
                    field: ("Cache-Control", "no-store")
                )
            }
            let outcome = try await load.run()
            #expect(outcome.right == 20_000)
            let client = try RawClient(port: admin)
            try client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let metrics = try client.readResponse().text
            let held = metrics.split(separator: "\n").first { $0.hasPrefix("scopegate_access_log_waiting_bytes ") }
            let bytes = try #require(held?.split(separator: " ").last.flatMap { Int($0) })
            #expect(bytes > 0 && bytes <= 16 << 20)
            reader.rest.withLock { $0 = 0 }
            try waitUntil("all is through", within: 60) {
                reader.lines.contains { Self.member("request_id", of: $0) != nil }
            }
            child.signal(SIGTERM)
            #expect(try child.wait(within: 30) == .exited(0))
        }

        /// Lines in the audit's file would break its chain.
        @Test func theAuditsFileIsItsOwn() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.rest = ["access_log: {path: ./audit.jsonl}"]
            let result = try ChildProcess.run(Program.path, ["serve", "--config", settings.write(to: folder)])
            #expect(result.end == .exited(3) && result.errors.contains("access_log.path"), "\(result.errors)")
        }
    }
}
