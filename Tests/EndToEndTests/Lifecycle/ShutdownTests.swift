import Glibc
import SimpleHTTP
import Testing

extension EndToEndTests {
    @Suite("SIGTERM")
    struct ShutdownTests {
        /// Requests in flight finish, one of them only after the signal has had its effect; nobody new gets in; the
        /// program ends with 0.
        @Test func whatIsUnderWayFinishes() async throws {
            try await withScriptedUpstream { connection in
                while true {
                    let target = try connection.readHead().target
                    guard target != "/open/quick" else {
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                        continue
                    }
                    if target == "/open/begun" {
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbe")
                        try connection.awaitTurn(0)
                        try connection.send("gun")
                    } else {
                        try connection.awaitTurn(0)
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
                    }
                }
            } _: { gateway, backend in
                let waiting = try (0..<50).map { _ in try gateway.client() }
                for client in waiting { try client.send(RawClient.request("GET", "/open/late")) }
                let begun = try gateway.client()
                try begun.send(RawClient.request("GET", "/open/begun"))
                let uploading = try gateway.client()
                try uploading.send("POST /open/upload HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345")
                let idle = try gateway.client()
                #expect(try idle.exchange("GET", "/open/quick").status == 200)
                let begunHead = try begun.readHead()
                #expect(begunHead.status == 200)
                try waitUntil("all requests are there") { backend.heads.count == 53 }

                gateway.child.signal(SIGTERM)
                #expect(try idle.readToEnd().end == .closed)
                try waitUntil("nobody new gets in") { (try? gateway.client()) == nil }
                #expect(gateway.child.end() == nil)

                try uploading.send("67890")
                for connection in backend.connections { connection.allowTurn(0) }
                for client in waiting {
                    let response = try client.readResponse()
                    #expect(response.status == 200 && response.text == "late")
                    #expect(response.field("Connection") == "close")
                    #expect(try client.readToEnd().end == .closed)
                }
                #expect(try begun.take(5) == Array("begun".utf8))
                #expect(try uploading.readResponse().text == "late")
                #expect(try gateway.child.wait(within: 10) == .exited(0))
            }
        }

        /// In the midst of traffic: whatever reached the backend is answered to the client, whole.
        @Test func underLoad() async throws {
            let answer = ClosureResponder { request in
                SimpleResponse(
                    status: 200,
                    fields: [("X-Echo-Nonce", request.field("X-Nonce") ?? "")],
                    body: Array("answered".utf8)
                )
            }
            try await withJournal(responder: answer) { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    let load = LoadClient(port: gateway.port, clients: 64, requestsPerClient: 100_000) {
                        client,
                        number in
                        LoadClient.Call(
                            request: "GET /api/v1/trades HTTP/1.1\r\nHost: h\r\nX-Nonce: \(client)-\(number)\r\n"
                                + "X-API-Key: \(key)\r\n\r\n",
                            status: 200,
                            field: ("X-Echo-Nonce", "\(client)-\(number)"),
                            body: "answered"
                        )
                    }
                    async let running = load.run()
                    try waitUntil("there is load") { servers.backend.requestCount > 2000 }
                    gateway.child.signal(SIGTERM)
                    let outcome = try await running
                    #expect(outcome.wrong.isEmpty, "\(outcome.wrong.prefix(3))")
                    #expect(outcome.right == servers.backend.requestCount)
                    let end = try gateway.child.wait(within: 10)
                    #expect(end == .exited(0))
                }
            }
        }

        /// What does not finish within the grace period is cut, and the program ends all the same.
        @Test func theGracePeriodEnds() async throws {
            try await withScriptedUpstream { settings in
                settings.rest = ["shutdown: {grace_period: 500ms}"]
            } _: { connection in
                _ = try connection.readToEnd()
            } _: { gateway, backend in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/never"))
                try waitUntil("the request is there") { backend.connectionCount == 1 }
                gateway.child.signal(SIGTERM)
                #expect(try client.readToEnd(within: 10).bytes.isEmpty)
                #expect(try gateway.child.wait(within: 10) == .exited(0))
            }
        }

        /// Clients that connect at that very moment and say nothing don't hold it up for longer than idle ones.
        @Test func connectionsThatSayNothingAreClosed() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["head_timeout: 1m"]
                settings.rest = ["shutdown: {grace_period: 1m}"]
            } _: { connection in
                _ = try connection.readToEnd()
            } _: { gateway, _ in
                var clients: [RawClient] = []
                while clients.count < 4000, let client = try? gateway.client() {
                    clients.append(client)
                    if clients.count == 200 { gateway.child.signal(SIGTERM) }
                }
                #expect(clients.count >= 200)
                let end = try gateway.child.wait(within: 20)
                #expect(end == .exited(0))
            }
        }

        private static func answer(_ connection: BackendConnection) throws {
            while true {
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        /// A client that has a connection and sends one more request gets its answer, and is told that it is the last.
        @Test func keptConnectionsGetOneMoreAnswer() async throws {
            try await withScriptedUpstream { settings in
                settings.rest = ["shutdown: {idle_grace: 1m, grace_period: 1m}"]
            } _: {
                try Self.answer($0)
            } _: { gateway, _ in
                let used = try gateway.client()
                #expect(try used.exchange("GET", "/open/a").field("Connection") == nil)
                let fresh = try gateway.client()
                // Accepted by now, for those after it are.
                #expect(try gateway.exchange("GET", "/open/a").status == 200)
                gateway.child.signal(SIGTERM)
                try waitUntil("nobody new gets in") { (try? gateway.client()) == nil }
                for client in [used, fresh] {
                    let answer = try client.exchange("GET", "/open/a")
                    #expect(answer.status == 200 && answer.text == "ok" && answer.field("Connection") == "close")
                    #expect(try client.readToEnd().end == .closed)
                }
                #expect(try gateway.child.wait(within: 10) == .exited(0))
            }
        }

        /// Who is connected as far as the kernel is concerned is served, though nobody has accepted the connection.
        @Test func whatWaitsToBeAcceptedIsServed() async throws {
            try await withScriptedUpstream {
                try Self.answer($0)
            } _: { gateway, _ in
                gateway.child.signal(SIGSTOP)
                let clients = try (0..<300).map { _ in try gateway.client() }
                for client in clients { try client.send(RawClient.request("GET", "/open/a")) }
                gateway.child.signal(SIGTERM)
                gateway.child.signal(SIGCONT)
                for client in clients {
                    let answer = try client.readResponse()
                    #expect(answer.status == 200 && answer.text == "ok")
                }
                #expect(try gateway.child.wait(within: 20) == .exited(0))
            }
        }

        /// Load balancers are told first, and find it as it was until they have turned elsewhere.
        @Test func theLameDuckGoesOn() async throws {
            try await withScriptedUpstream { settings in
                settings.rest = ["shutdown: {lame_duck: 3s}"]
            } _: {
                try Self.answer($0)
            } _: { gateway, _ in
                let admin = try RawClient(port: gateway.adminPort)
                let kept = try gateway.client()
                #expect(try kept.exchange("GET", "/open/a").status == 200)
                let health = ["health", "--admin", "127.0.0.1:\(gateway.adminPort)"]
                let ready = try ChildProcess.run(Program.path, health)
                #expect(ready.end == .exited(0) && ready.output.hasPrefix("serving: ok\n"), "\(ready)")
                gateway.child.signal(SIGTERM)
                try waitUntil("not ready") { try admin.exchange("GET", "/readyz").status == 503 }
                let leaving = try ChildProcess.run(Program.path, health)
                #expect(leaving.end == .exited(1) && leaving.output.hasPrefix("serving: failing: "), "\(leaving)")
                #expect(try gateway.exchange("GET", "/open/a").status == 200)
                #expect(try kept.exchange("GET", "/open/a").field("Connection") == nil)
                try waitUntil("nobody new gets in") { (try? gateway.client()) == nil }
                #expect(try gateway.child.wait(within: 20) == .exited(0))
            }
        }

        /// Runs the gateway as a service of type notify, and prints what it tells.
        private static let manager = """
            import os, signal, socket, subprocess, sys
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(sys.argv[1].replace("@", "\\0"))
            listener.settimeout(20)
            gateway = subprocess.Popen(
                sys.argv[2:], stderr=subprocess.DEVNULL,
                env={**os.environ, "NOTIFY_SOCKET": sys.argv[1], "WATCHDOG_USEC": "200000"})
            try:
                news, seen = [], {"WATCHDOG=1": 0}
                def hear(what):
                    while True:
                        text = listener.recv(4096).decode()
                        if text == "WATCHDOG=1":
                            seen[text] += 1
                        else:
                            news.append(text.partition("MONOTONIC_USEC=")[0].strip())
                        if text.startswith(what):
                            return
                hear("READY=1")
                hear("WATCHDOG=1")
                hear("WATCHDOG=1")
                gateway.send_signal(signal.SIGHUP)
                hear("RELOADING=1")
                hear("READY=1")
                gateway.send_signal(signal.SIGTERM)
                hear("STOPPING=1")
                print(news, gateway.wait(20))
            finally:
                gateway.kill()
            """

        @Test(arguments: [true, false])
        func theServiceManagerIsTold(isAbstract: Bool) throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.routes = GatewaySettings.openRoutes
            let config = try settings.write(to: folder)
            let socket = folder.file("notify")
            let result = try ChildProcess.run(
                "python3",
                ["-c", Self.manager, isAbstract ? "@\(socket)" : socket, Program.path, "serve", "--config", config]
            )
            #expect(
                result.output == "['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1'] 0\n",
                "\(result.output)\(result.errors)"
            )
        }

        /// The service manager's watchdog asks the loops for signs of life up to the end, but not beyond.
        @Test func theWatchdogDoesNotHoldUpTheEnd() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.routes = GatewaySettings.openRoutes
            let config = try settings.write(to: folder)
            let gateway = try ChildProcess(
                Program.path,
                ["serve", "--config", config],
                // Nobody listens, and it is told all the time.
                environment: ["NOTIFY_SOCKET": folder.file("notify"), "WATCHDOG_USEC": "2"],
                in: folder,
                name: "gateway"
            )
            defer { gateway.kill() }
            try waitUntil("the gateway is ready", within: 30) { gateway.errors.contains("\"ready\"") }
            gateway.signal(SIGTERM)
            #expect(try gateway.wait(within: 20) == .exited(0))
        }

        @Test func readinessFollows() async throws {
            try await withScriptedUpstream { connection in
                _ = try connection.readHead()
                try connection.awaitTurn(0)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            } _: { gateway, backend in
                let admin = try RawClient(port: gateway.adminPort)
                #expect(try admin.exchange("GET", "/livez").status == 200)
                #expect(try admin.exchange("GET", "/readyz").status == 200)
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/a"))
                try waitUntil("the request is there") { backend.connectionCount == 1 }
                gateway.child.signal(SIGTERM)
                try waitUntil("not ready") { try admin.exchange("GET", "/readyz").status == 503 }
                #expect(try admin.exchange("GET", "/livez").status == 200)
                for connection in backend.connections { connection.allowTurn(0) }
                #expect(try client.readResponse().status == 200)
            }
        }
    }
}
