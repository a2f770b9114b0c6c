import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// TLS towards clients, as OpenSSL and curl see it.
    @Suite("TLS")
    struct TLSTests {
        private static func answer(_ connection: BackendConnection) throws {
            while true {
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        private func withTLS(
            _ authority: CertificateAuthority,
            certificates: [String] = ["server"],
            options: [String] = [],
            listen: [String] = [],
            rest: [String] = [],
            script: @escaping ScriptedBackend.Script = Self.answer,
            body: (GatewayProcess, ScriptedBackend) async throws -> Void
        ) async throws {
            let list = certificates.map(authority.files).joined(separator: ", ")
            try await withScriptedUpstream { settings in
                let tls = ["certificates: [\(list)]"] + options
                settings.listenOptions = ["tls: {\(tls.joined(separator: ", "))}"] + listen
                settings.rest = rest
            } _: {
                try script($0)
            } _: {
                try await body($0, $1)
            }
        }

        private func curl(_ arguments: [String]) throws -> (output: String, errors: String) {
            let result = try ChildProcess.run("curl", ["-sS", "-m", "10"] + arguments)
            return (result.output, result.errors)
        }

        /// What `openssl s_client` shows.
        private func shown(_ port: Int, _ arguments: String) throws -> String {
            let command = "echo | openssl s_client -connect 127.0.0.1:\(port) \(arguments) 2>&1"
            return try ChildProcess.run("sh", ["-c", command]).output
        }

        @Test func requestsAreServed() async throws {
            let authority = try CertificateAuthority()
            try await withTLS(authority) { gateway, backend in
                let url = "https://127.0.0.1:\(gateway.port)"
                let ca = ["--cacert", authority.certificate]
                #expect(try curl(ca + ["--http1.1", "\(url)/open/a", "\(url)/open/b"]).output == "okok")
                let head = try #require(backend.heads.last)
                #expect(head.fieldValue("X-Forwarded-Proto") == "https")
                #expect(head.fieldValue("X-Forwarded-Port") == "\(gateway.port)")
                #expect(try curl(ca + ["--http1.1", "-w", "%{http_code}", "\(url)/closed/a"]).output.hasSuffix("401"))
                #expect(try curl(["\(url)/open/a"]).errors.contains("certificate problem"))
                #expect(try gateway.metric("tls_handshakes_total{version=\"1.3\"}") == 2)
                try waitUntil("the refusal is counted") {
                    try gateway.metric("tls_handshake_failures_total{kind=\"refused\"}") == 1
                }
            }
        }

        /// A load balancer says whose connection it is, the client secures it, and speaks HTTP/2.
        @Test func behindAProxyThatPassesTLSOn() async throws {
            let authority = try CertificateAuthority()
            let listen = ["proxy_protocol: {trusted: [127.0.0.1]}"]
            try await withTLS(authority, listen: listen) { gateway, backend in
                let url = "https://127.0.0.1:\(gateway.port)"
                let options = ["--cacert", authority.certificate, "--haproxy-protocol", "-w", "%{http_version}"]
                let answers = try ["two": "--http2", "one": "--http1.1"].mapValues { option in
                    try curl(options + [option, "\(url)/open/\(option == "--http2" ? "two" : "one")"]).output
                }
                #expect(answers == ["two": "ok2", "one": "ok1.1"])
                let heads = ["/open/two", "/open/one"].map { target in backend.heads.first { $0.target == target } }
                #expect(heads.allSatisfy { $0?.fieldValue("X-Forwarded-Proto") == "https" })
                #expect(try gateway.metric("http2_connections_total") == 1)
                // Without the header it is none of the proxy's.
                #expect(try curl(["-k", "\(url)/open/a"]).output.isEmpty)
                #expect(try gateway.metric("proxy_protocol_refused_total{reason=\"missing\"}") == 1)
            }
        }

        @Test func onlyGoodVersionsAndSuitesAreSpoken() async throws {
            let authority = try CertificateAuthority()
            try await withTLS(authority) { gateway, _ in
                #expect(try shown(gateway.port, "-tls1_3").contains("New, TLSv1.3"))
                #expect(try shown(gateway.port, "-tls1_2").contains("New, TLSv1.2, Cipher is ECDHE-ECDSA-AES"))
                for refused in [
                    "-tls1_1 -cipher ALL:@SECLEVEL=0", "-tls1_2 -cipher AES128-SHA",
                    "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA",
                ] {
                    let text = try shown(gateway.port, refused)
                    #expect(text.contains("alert") && text.contains("New, (NONE)"), "\(refused): \(text)")
                }
                #expect(try gateway.metric("tls_handshake_failures_total{kind=\"version\"}") == 1)
                #expect(try gateway.metric("tls_handshake_failures_total{kind=\"cipher\"}") == 2)
            }
            try await withTLS(authority, options: ["min_version: '1.3'"]) { gateway, _ in
                let answers = try ["-tls1_3", "-tls1_2"].map { try shown(gateway.port, $0) }
                #expect(answers[0].contains("New, TLSv1.3"))
                #expect(answers[1].contains("alert protocol version"))
            }
        }

        @Test func clientsGetTheCertificateThatTheyAskFor() async throws {
            let authority = try CertificateAuthority()
            try authority.issue("a", for: "DNS:a.example,DNS:*.a.example")
            try authority.issue("b", for: "DNS:b.example")
            try await withTLS(authority, certificates: ["server", "a", "b"]) { gateway, _ in
                for (asked, certificate) in [
                    ("-servername a.example", "a"), ("-servername x.a.example", "a"), ("-servername B.EXAMPLE", "b"),
                    ("-servername x.y.a.example", "server"), ("-servername c.example", "server"),
                    ("-noservername", "server"),
                ] {
                    for version in ["-tls1_2", "-tls1_3"] {
                        let text = try shown(gateway.port, "\(asked) \(version)")
                        #expect(text.contains("subject=CN = \(certificate)\n"), "\(asked): \(text)")
                    }
                }
            }
        }

        @Test(arguments: ["optional", "required"]) func clientsShowCertificates(mode: String) async throws {
            let (authority, other) = (try CertificateAuthority(), try CertificateAuthority())
            let options = ["client_certificates: \(mode)", "client_ca_file: '\(authority.certificate)'"]
            try await withTLS(authority, options: options) { gateway, _ in
                let url = "https://127.0.0.1:\(gateway.port)/open/a"
                func ask(_ shown: CertificateAuthority?) throws -> String {
                    let certificate =
                        shown.map { ["--cert", $0.folder.file("server.pem"), "--key", $0.folder.file("server.key")] }
                        ?? []
                    return try curl(["--cacert", authority.certificate, "--http1.1"] + certificate + [url]).output
                }
                #expect(try ask(authority) == "ok")
                #expect(try ask(other) == "")
                #expect(try ask(nil) == (mode == "optional" ? "ok" : ""))
                let failures = try gateway.metric("tls_handshake_failures_total{kind=\"client_certificate\"}")
                #expect(failures == (mode == "optional" ? 1 : 2))
            }
        }

        @Test(arguments: ["--http1.1", "--http2"]) func clientCertificatesAreTold(version: String) async throws {
            let authority = try CertificateAuthority()
            func openssl(_ arguments: String) throws -> String {
                let file = authority.folder.file("server.pem")
                return try ChildProcess.run("sh", ["-c", "openssl x509 -in '\(file)' \(arguments)"]).output
                    .filter { !$0.isWhitespace }
            }
            let field = ":\(try openssl("-outform DER | base64")):"
            let fingerprint = try openssl("-noout -fingerprint -sha256").lowercased().filter { $0 != ":" }
            let options = [
                "client_certificates: optional", "client_ca_file: '\(authority.certificate)'",
                "forward_client_certificate: true",
            ]
            try await withTLS(authority, options: options) { gateway, backend in
                let url = "https://127.0.0.1:\(gateway.port)"
                let made = ["-H", "Client-Cert: :bWFkZSB1cA==:", "-H", "client-cert-chain: :bWFkZSB1cA==:"]
                func ask(_ path: String, shows: Bool) throws {
                    let (certificate, key) = (authority.folder.file("server.pem"), authority.folder.file("server.key"))
                    let shown = shows ? ["--cert", certificate, "--key", key] : []
                    _ = try curl(["--cacert", authority.certificate, version] + shown + made + [url + path])
                }
                try ask("/open/a", shows: true)
                try ask("/open/b", shows: false)
                let heads = backend.heads
                try #require(heads.count == 2)
                #expect(heads[0].lowercased().components(separatedBy: "client-cert").count == 2)
                #expect(heads[0].fieldValue("Client-Cert") == field)
                #expect(!heads[1].lowercased().contains("client-cert"))
                try ask("/refused", shows: true)
                try ask("/refused", shows: false)
                let records = try gateway.audit()
                try #require(records.count == 2)
                let recorded = try #require(records[0].client_certificate)
                #expect(recorded.count == 64 && fingerprint.hasSuffix("=\(recorded)"))
                #expect(records[1].client_certificate == nil)
            }
        }

        @Test func whatIsNoHandshakeEnds() async throws {
            let authority = try CertificateAuthority()
            try await withTLS(authority, options: ["handshake_timeout: 300ms"]) { gateway, backend in
                let plain = try gateway.client()
                try plain.send(RawClient.request("GET", "/open/a"))
                let answer = try plain.readToEnd().bytes
                #expect(!answer.starts(with: "HTTP".utf8))
                let silent = try gateway.client()
                #expect(try silent.readToEnd().bytes.isEmpty)
                #expect(try gateway.metric("tls_handshake_failures_total{kind=\"timeout\"}") == 1)
                #expect(try gateway.metric("tls_handshake_failures_total{kind=\"not_tls\"}") == 1)
                #expect(backend.connectionCount == 0)
            }
        }

        /// A response that its backend cuts must not end as if it were whole.
        @Test func aCutResponseIsNoWholeOne() async throws {
            let authority = try CertificateAuthority()
            let script: ScriptedBackend.Script = { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                try connection.awaitTurn(0)
            }
            try await withTLS(authority, script: script) { gateway, backend in
                let request = "printf 'GET /open/a HTTP/1.0\\r\\nHost: h\\r\\n\\r\\n'; sleep 5"
                let command =
                    "(\(request)) | openssl s_client -quiet -ign_eof -msg -connect 127.0.0.1:\(gateway.port) 2>&1"
                let child = try ChildProcess("sh", ["-c", command], in: TemporaryFolder(), name: "client")
                try waitUntil("the beginning is there") { child.output.contains("hello") }
                backend.connections[0].allowTurn(0)
                try waitUntil("the client sees the end") { child.end() != nil || child.output.contains("errno") }
                #expect(!child.output.contains("<<< TLS 1.3, Alert"), "\(child.output)")
                child.kill()
            }
        }

        // MARK: Resumption

        /// One request through `openssl s_client`, with all that it says.
        private func ask(
            _ port: Int,
            _ arguments: String,
            path: String = "/open/a",
            host: String = "127.0.0.1"
        ) throws -> String {
            let request = "printf 'GET \(path) HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n'"
            let command = "\(request) | openssl s_client -ign_eof -connect \(host):\(port) \(arguments) 2>&1"
            return try ChildProcess.run("sh", ["-c", command]).output
        }

        private func certificate(_ authority: CertificateAuthority) -> String {
            "-cert '\(authority.folder.file("server.pem"))' -key '\(authority.folder.file("server.key"))'"
        }

        /// A client that resumes is who it was.
        @Test(arguments: ["-tls1_2", "-tls1_3"]) func aResumedClientIsTheSame(version: String) async throws {
            let authority = try CertificateAuthority()
            let options = [
                "client_certificates: required", "client_ca_file: '\(authority.certificate)'",
                "forward_client_certificate: true",
            ]
            try await withTLS(authority, options: options) { gateway, backend in
                let session = authority.folder.file("session")
                func both(_ path: String) throws {
                    let options = "\(version) \(certificate(authority))"
                    #expect(try ask(gateway.port, "\(options) -sess_out \(session)", path: path).contains("New, TLS"))
                    let again = try ask(gateway.port, "\(version) -sess_in \(session)", path: path)
                    #expect(again.contains("Reused, TLS"), "\(again)")
                }
                try both("/open/a")
                let fields = backend.heads.map { $0.fieldValue("Client-Cert") }
                #expect(fields.count == 2 && fields[0] != nil && fields[0] == fields[1])
                try both("/refused")
                let digests = try gateway.audit().map(\.client_certificate)
                #expect(digests.count == 2 && digests[0] != nil && digests[0] == digests[1])
            }
        }

        /// What a session was let in by counts no more when it is not asked for, or not believed, any more.
        @Test(arguments: ["-tls1_2", "-tls1_3"], ["none", "optional", "other"])
        func aSessionEndsWithItsPolicy(version: String, before: String) async throws {
            let (authority, other) = (try CertificateAuthority(), try CertificateAuthority())
            let used = authority.folder.file("clients.pem")
            func trust(_ file: String) throws {
                try? FileManager.default.removeItem(atPath: used)
                try FileManager.default.copyItem(atPath: file, toPath: used)
            }
            let required = "client_certificates: required, client_ca_file: '\(used)'"
            let earlier =
                switch before {
                case "none": "handshake_timeout: 9s"
                case "optional": "client_certificates: optional, client_ca_file: '\(used)'"
                default: required
                }
            try trust(before == "other" ? other.certificate : authority.certificate)
            try await withTLS(authority, options: [earlier], rest: ["reload: {watch: false}"]) { gateway, backend in
                let session = authority.folder.file("session")
                let shown = before == "other" ? certificate(other) : ""
                let options = "\(version) \(shown) -sess_out \(session)"
                #expect(try ask(gateway.port, options).contains("200 OK"))
                #expect(try ask(gateway.port, "\(version) -sess_in \(session)").contains("Reused, TLS"))
                let served = backend.heads.count
                let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
                try text.replacing(earlier, with: required)
                    .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
                try trust(authority.certificate)
                #expect(try gateway.admin("POST", "/reload").status == 200)
                for options in ["", certificate(other)] {
                    let answer = try ask(gateway.port, "\(version) -sess_in \(session) \(options)")
                    #expect(!answer.contains("200 OK") && !answer.contains("Reused, TLS"), "\(answer)")
                }
                #expect(backend.heads.count == served)
                #expect(try ask(gateway.port, "\(version) \(certificate(authority))").contains("200 OK"))
            }
        }

        /// A connection that was let in by earlier rules ends, before another request is served on it.
        @Test func aConnectionEndsWithItsPolicy() async throws {
            let authority = try CertificateAuthority()
            let (earlier, required) = (
                "handshake_timeout: 9s",
                "client_certificates: required, client_ca_file: '\(authority.certificate)'"
            )
            try await withTLS(authority, options: [earlier], rest: ["reload: {watch: false}"]) { gateway, backend in
                let folder = try TemporaryFolder()
                let request = "GET /open/a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n"
                let command =
                    "(printf '\(request)'; while [ ! -e again ]; do sleep 0.05; done; printf '\(request)'; sleep 9) | "
                    + "openssl s_client -quiet -ign_eof -connect 127.0.0.1:\(gateway.port) 2>&1; touch ended"
                let child = try ChildProcess(
                    "sh",
                    ["-c", "cd '\(folder.path)'; \(command)"],
                    in: folder,
                    name: "client"
                )
                defer { child.kill() }
                try waitUntil("the first is served") { backend.heads.count == 1 }
                let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
                try text.replacing(earlier, with: required)
                    .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
                #expect(try gateway.admin("POST", "/reload").status == 200)
                try folder.write("again", "")
                try waitUntil("the connection ends") { try gateway.metric("connections_open") == 0 }
                #expect(backend.heads.count == 1)
            }
        }

        /// A session of one listener is nothing to another (CVE-2025-23419).
        @Test(arguments: ["-tls1_2", "-tls1_3"]) func aSessionBelongsToItsListener(version: String) async throws {
            let authority = try CertificateAuthority()
            let tls = "certificates: [\(authority.files("server"))]"
            let mutual = "client_certificates: required, client_ca_file: '\(authority.certificate)'"
            try await withScriptedUpstream { settings in
                settings.listenOptions = ["tls: {\(tls)}"]
                settings.listeners = ["{address: '127.0.0.2:0', tls: {\(tls), \(mutual)}}"]
            } _: {
                try Self.answer($0)
            } _: { gateway, backend in
                let session = authority.folder.file("session")
                #expect(try ask(gateway.port, "\(version) -sess_out \(session)").contains("200 OK"))
                let answer = try ask(gateway.ports[1], "\(version) -sess_in \(session)", host: "127.0.0.2")
                #expect(!answer.contains("200 OK") && !answer.contains("Reused, TLS"), "\(answer)")
                #expect(backend.heads.count == 1)
            }
        }

        // MARK: Rotation

        private func swap(_ authority: CertificateAuthority, to name: String) throws {
            for kind in ["pem", "key"] {
                let bytes = try #require(FileManager.default.contents(atPath: authority.folder.file("\(name).\(kind)")))
                try bytes.write(to: URL(fileURLWithPath: authority.folder.file("used.\(kind).new")))
                #expect(rename(authority.folder.file("used.\(kind).new"), authority.folder.file("used.\(kind)")) == 0)
            }
        }

        private func subject(_ gateway: GatewayProcess) throws -> String? {
            let line = try shown(gateway.port, "").split(separator: "\n").first { $0.hasPrefix("subject=CN = ") }
            return line.map { String($0.dropFirst("subject=CN = ".count)) }
        }

        @Test(arguments: ["file", "signal", "admin"]) func certificatesAreLoadedAgain(way: String) async throws {
            let authority = try CertificateAuthority()
            try authority.issue("one", for: "IP:127.0.0.1")
            try authority.issue("two", for: "IP:127.0.0.1")
            try swap(authority, to: "one")
            let rest = ["reload: {watch: \(way == "file")}"]
            try await withTLS(authority, certificates: ["used"], rest: rest) { gateway, _ in
                func reload() throws {
                    switch way {
                    case "signal": gateway.child.signal(SIGHUP)
                    case "admin": _ = try gateway.admin("POST", "/reload")
                    default: break
                    }
                }
                #expect(try subject(gateway) == "one")
                let before = try gateway.metric(
                    "tls_certificate_expiry_timestamp_seconds{file=\"\(authority.folder.file("used.pem"))\"}"
                )
                #expect(before > Int(Date().timeIntervalSince1970) + 29 * 86_400)
                try swap(authority, to: "two")
                try reload()
                try waitUntil("the new certificate is shown") { try subject(gateway) == "two" }
                // A key that doesn't belong to it changes nothing.
                try FileManager.default.removeItem(atPath: authority.folder.file("used.key"))
                try FileManager.default.copyItem(
                    atPath: authority.folder.file("one.key"),
                    toPath: authority.folder.file("used.key")
                )
                try reload()
                try waitUntil("the reload fails") { gateway.log.contains("is not the key of") }
                #expect(try subject(gateway) == "two")
            }
        }
    }
}
