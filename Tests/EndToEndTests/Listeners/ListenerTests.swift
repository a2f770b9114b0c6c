import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Addresses of all kinds, and what is said of connections before their first request.
    @Suite("Listeners")
    struct ListenerTests {
        private static func answer(_ connection: BackendConnection) throws {
            while true {
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        private func curl(_ arguments: [String]) throws -> String {
            try ChildProcess.run("curl", ["-sS", "-m", "10", "-w", "%{http_code}"] + arguments).output
        }

        @Test func severalAtOnce() async throws {
            let folder = try TemporaryFolder()
            try await withScriptedUpstream { settings in
                settings.listeners = ["{address: 'unix:\(folder.file("gate.sock"))', mode: '0600'}"]
                if TCPSocket.hasIPv6 { settings.listeners.append("{address: '[::1]:0', reuse_port: true}") }
                settings.rest = ["trusted_proxies: [unix]"]
            } _: {
                try Self.answer($0)
            } _: { gateway, backend in
                #expect(try gateway.exchange("GET", "/open/tcp").text == "ok")
                let socket = folder.file("gate.sock")
                let arguments = ["--unix-socket", socket, "-H", "X-Forwarded-For: 203.0.113.9", "http://gateway.test"]
                #expect(try curl(arguments.dropLast() + ["http://gateway.test/open/unix"]) == "ok200")
                let head = try #require(backend.heads.first { $0.target == "/open/unix" })
                #expect(head.fieldValue("X-Forwarded-For") == "203.0.113.9, unknown")
                #expect(try curl(["--unix-socket", socket, "http://gateway.test/closed/a"]).hasSuffix("401"))
                #expect(try gateway.audit().map(\.client) == ["unix"])
                let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                if TCPSocket.hasIPv6 {
                    let client = try RawClient(port: gateway.ports[2], isIPv6: true)
                    #expect(try client.exchange("GET", "/open/v6").text == "ok")
                }
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("gate.sock")))
        }

        /// A listener's own hosts stand in place of the top level's, over HTTP/2 as over HTTP/1.1.
        @Test func hostsOfListeners() async throws {
            let folder = try TemporaryFolder()
            let socket = folder.file("gate.sock")
            try await withScriptedUpstream { settings in
                settings.listenOptions = ["protocols: [h2, http/1.1]"]
                settings.listeners = ["{address: 'unix:\(socket)', hosts: ['*.inner.test']}"]
                settings.rest = ["hosts: [outer.test]"]
            } _: {
                try Self.answer($0)
            } _: { (gateway: GatewayProcess, backend: ScriptedBackend) async throws -> Void in
                func outer(_ host: String, _ more: [String] = []) throws -> String {
                    let url = "http://127.0.0.1:\(gateway.port)/open/a"
                    return try curl(more + ["-o", "/dev/null", "-H", "Host: \(host)", url])
                }
                for protocols in [[], ["--http2-prior-knowledge"]] {
                    #expect(try outer("outer.test", protocols) == "200")
                    #expect(try outer("a.inner.test", protocols) == "421")
                }
                let inner = ["--unix-socket", socket, "-o", "/dev/null"]
                #expect(try curl(inner + ["http://a.inner.test/open/a"]) == "200")
                #expect(try curl(inner + ["http://outer.test/open/a"]) == "421")
                #expect(backend.heads.count == 3)
                #expect(try gateway.audit().map(\.code) == Array(repeating: "misdirected_request", count: 3))
            }
        }

        /// A slow reader of a Unix socket makes progress that only the gateway can see.
        @Test func aLargeResponseGoesThroughAUnixSocket() async throws {
            let folder = try TemporaryFolder()
            let body = [UInt8](repeating: 0x61, count: 3_000_000)
            try await withScriptedUpstream { settings in
                settings.listeners = ["{address: 'unix:\(folder.file("gate.sock"))'}"]
                settings.limits = ["body_idle_timeout: 500ms"]
            } _: { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                try connection.send(body)
            } _: { _, _ in
                let result = try ChildProcess.run(
                    "curl",
                    [
                        "-sS", "-m", "20", "--limit-rate", "1500k", "--unix-socket", folder.file("gate.sock"), "-o",
                        folder.file("got"), "-w", "%{http_code} %{size_download}", "http://gateway.test/open/large",
                    ]
                )
                #expect(result.output == "200 \(body.count)", "\(result.errors)")
            }
        }

        @Test func aSocketFileThatIsLeftIsReplaced() async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("gate.sock")
            let made = try ChildProcess.run(
                "python3",
                ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path]
            )
            try #require(made.end == .exited(0), "\(made.errors)")
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.routes = GatewaySettings.openRoutes
            settings.listeners = ["{address: 'unix:\(path)'}"]
            try await withGateway(settings) { gateway in
                #expect(try curl(["--unix-socket", path, "http://gateway.test/closed/a"]).hasSuffix("401"))
                // Another gateway must not take it from the one that listens.
                let second = try TemporaryFolder()
                let config = try settings.write(to: second)
                let result = try ChildProcess.run(Program.path, ["serve", "--config", config])
                #expect(result.end == .exited(3))
                #expect(result.errors.contains("another process does"), "\(result.errors)")
                #expect(try curl(["--unix-socket", path, "http://gateway.test/closed/a"]).hasSuffix("401"))
            }
            try folder.write("gate.sock", "not a socket")
            let config = try settings.write(to: folder)
            let result = try ChildProcess.run(Program.path, ["serve", "--config", config])
            #expect(result.end == .exited(3))
            #expect(result.errors.contains("a file of another kind"), "\(result.errors)")
            #expect(folder.read("gate.sock") == "not a socket")
        }

        // MARK: The PROXY protocol

        private func withProxyProtocol(
            trusted: String,
            _ body: (GatewayProcess, ScriptedBackend) async throws -> Void
        ) async throws {
            try await withScriptedUpstream { settings in
                settings.listenOptions = ["proxy_protocol: {trusted: [\(trusted)]}"]
                settings.limits = ["head_timeout: 300ms"]
            } _: {
                try Self.answer($0)
            } _: {
                try await body($0, $1)
            }
        }

        /// A peer that a reload takes out says nothing any more: new connections are closed, and on those that there
        /// are it is the client itself, for one request more.
        @Test func peersCanBeTakenOut() async throws {
            try await withScriptedUpstream { settings in
                settings.listenOptions = ["proxy_protocol: {trusted: [127.0.0.1]}"]
                settings.rest = ["reload: {watch: false}"]
            } _: {
                try Self.answer($0)
            } _: { gateway, backend in
                func connect() throws -> RawClient {
                    let client = try gateway.client()
                    try client.send(Array("PROXY TCP4 203.0.113.5 198.51.100.1 4711 80\r\n".utf8))
                    return client
                }
                let client = try connect()
                #expect(try client.exchange("GET", "/open/a").field("Connection") == nil)
                #expect(backend.heads.last?.fieldValue("X-Forwarded-For") == "203.0.113.5")
                let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
                try text.replacing("trusted: [127.0.0.1]", with: "trusted: [10.0.0.1]")
                    .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
                let reload = try gateway.admin("POST", "/reload")
                #expect(reload.status == 200 && !reload.text.contains("\"listen\""), "\(reload.text)")
                #expect(try client.exchange("GET", "/open/a").field("Connection") == "close")
                #expect(backend.heads.last?.fieldValue("X-Forwarded-For") == "127.0.0.1")
                #expect(try connect().readToEnd().bytes.isEmpty)
                #expect(try gateway.metric("proxy_protocol_refused_total{reason=\"untrusted\"}") == 1)
            }
        }

        private static let signature: [UInt8] = [
            0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
        ]
        /// From 203.0.113.5:4711 to 198.51.100.1:8443, by TLS.
        private static let binary =
            signature + [0x21, 0x11, 0, 20, 203, 0, 113, 5, 198, 51, 100, 1, 0x12, 0x67, 0x20, 0xFB]
            + [0x20, 0, 5, 1, 0, 0, 0, 0]

        @Test func proxiesSayWhoseConnectionItIs() async throws {
            try await withProxyProtocol(trusted: "10.0.0.0/8, 127.0.0.1") { gateway, backend in
                let headers: [([UInt8], [String?])] = [
                    (
                        Array("PROXY TCP4 203.0.113.5 198.51.100.1 4711 8443\r\n".utf8),
                        ["203.0.113.5", "8443", "http"]
                    ),
                    (Array("PROXY TCP6 2001:db8::7 ::1 4711 80\r\n".utf8), ["2001:db8::7", "80", "http"]),
                    (Self.binary, ["203.0.113.5", "8443", "https"]),
                    (Array("PROXY UNKNOWN\r\n".utf8), ["127.0.0.1", "\(gateway.port)", "http"]),
                    (Self.signature + [0x20, 0, 0, 0], ["127.0.0.1", "\(gateway.port)", "http"]),
                ]
                for (index, (header, expected)) in headers.enumerated() {
                    for isSplit in [false, true] {
                        let client = try gateway.client()
                        if isSplit {
                            for byte in header { try client.send([byte]) }
                        } else {
                            try client.send(header)
                        }
                        let target = "/open/\(index)/\(isSplit)"
                        #expect(try client.exchange("GET", target).text == "ok")
                        let head = try #require(backend.heads.first { $0.target == target })
                        let found = ["X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"].map(head.fieldValue)
                        #expect(found == expected)
                        // On the same connection the next request has no header of its own.
                        #expect(try client.exchange("GET", "/closed/a").status == 401)
                        #expect(try gateway.audit().last?.client == expected[0])
                    }
                }
            }
        }

        @Test func whatIsNoHeaderIsRefused() async throws {
            try await withProxyProtocol(trusted: "127.0.0.1") { gateway, backend in
                for (text, reason) in [
                    ("GET /open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n", "missing"),
                    ("PROXY TCP4 1.2.3.4 1.2.3.4 1 02\r\nGET /open/a HTTP/1.1\r\n", "malformed"),
                    ("PROXY TCP4 1.2.3.4", "timeout"),
                    ("PROXY UNKNOWN " + String(repeating: "x", count: 100), "too_long"),
                ] {
                    let client = try gateway.client()
                    try client.send(text)
                    #expect(try client.readToEnd().bytes.isEmpty)
                    #expect(try gateway.metric("proxy_protocol_refused_total{reason=\"\(reason)\"}") == 1)
                }
                #expect(backend.connectionCount == 0)
            }
        }

        @Test func othersMayNotSaySo() async throws {
            try await withProxyProtocol(trusted: "10.0.0.0/8, unix") { gateway, backend in
                let client = try gateway.client()
                try? client.send("PROXY TCP4 10.0.0.1 1.2.3.4 1 2\r\nGET /open/a HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.readToEnd().bytes.isEmpty)
                #expect(backend.connectionCount == 0)
                #expect(try gateway.metric("proxy_protocol_refused_total{reason=\"untrusted\"}") == 1)
            }
        }

        // MARK: Socket activation

        /// Opens a TCP and a Unix socket as systemd would, and runs the gateway with them.
        private static let activator = """
            import os, socket, sys
            path, names, program = sys.argv[1], sys.argv[2], sys.argv[3:]
            tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
            tcp.bind(("127.0.0.1", 0))
            unix.bind(path)
            for one in (tcp, unix):
                one.listen(64)
            first, second = os.dup(tcp.fileno()), os.dup(unix.fileno())
            os.dup2(first, 3), os.dup2(second, 4)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES=names)
            os.execv(program[0], program)
            """

        @Test func systemdHandsSocketsOver() async throws {
            try await withBackend {
                try Self.answer($0)
            } _: { backend in
                let folder = try TemporaryFolder()
                var settings = GatewaySettings(upstream: backend.url)
                settings.routes = GatewaySettings.openRoutes
                settings.listen = "systemd:gate.socket"
                let config = try settings.write(to: folder)
                let path = folder.file("gate.sock")
                let arguments = [
                    "-c", Self.activator, path, "gate.socket:gate.socket", Program.path, "serve", "--config", config,
                ]
                let child = try ChildProcess("python3", arguments, in: folder, name: "gateway")
                defer { child.kill() }
                let lines = try waitFor("the gateway is ready", within: 30) { () throws -> [String]? in
                    #expect(child.end() == nil, "\(child.errors)")
                    return child.errors.contains("\"ready\"") ? child.errors.components(separatedBy: "\n") : nil
                }
                let addresses = lines.filter { $0.contains("\"listening\"") }
                #expect(addresses.count == 2)
                let port = try #require(addresses.first?.split(separator: ":").last?.prefix { $0.isNumber })
                #expect(try curl(["http://127.0.0.1:\(port)/open/a"]) == "ok200")
                #expect(try curl(["--unix-socket", path, "http://gateway.test/open/a"]) == "ok200")
                child.signal(SIGTERM)
                #expect(try child.wait(within: 30) == .exited(0))
                // It belongs to systemd.
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }

        @Test("An address that can't be had is said in words, and the unit starts the gateway again")
        func addresses() throws {
            let (descriptor, taken) = try ScriptedBackend.listen(backlog: 1)
            defer { close(descriptor) }
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            for (address, words) in [
                ("127.0.0.1:\(taken)", "another process listens there"),
                ("192.0.2.77:0", "no interface of this machine has that address"),
                ("no-such-host.invalid:0", "there is no address for the name no-such-host.invalid"),
            ] {
                settings.listen = address
                let result = try ChildProcess.run(Program.path, ["serve", "--config", settings.write(to: folder)])
                #expect(result.end == .exited(3))
                #expect(result.errors.contains("listen: can't listen on \(address): \(words)"), "\(result.errors)")
            }
            settings.listen = "127.0.0.1:0"
            settings.admin = "{address: '127.0.0.1:\(taken)'}"
            let result = try ChildProcess.run(Program.path, ["serve", "--config", settings.write(to: folder)])
            #expect(result.end == .exited(3))
            #expect(result.errors.contains("admin.address: can't listen on 127.0.0.1:\(taken): another"))
        }

        @Test func socketsOfOtherNamesAreToldOf() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.listen = "systemd:gate.socket"
            let config = try settings.write(to: folder)
            let arguments = [
                "-c", Self.activator, folder.file("s"), "one:two", Program.path, "serve", "--config", config,
            ]
            let result = try ChildProcess.run("python3", arguments)
            #expect(result.end == .exited(3))
            #expect(result.errors.contains("no socket that is named gate.socket, only one, two"), "\(result.errors)")
        }
    }
}
