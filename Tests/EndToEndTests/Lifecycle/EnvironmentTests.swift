import Foundation
import Testing

extension EndToEndTests {
    /// Variables that libraries read are nothing to the gateway.
    @Suite("Environment")
    struct EnvironmentTests {
        /// A configuration of OpenSSL by which no handshake succeeds.
        private static let brokenOpenSSL = """
            openssl_conf = begin
            [begin]
            ssl_conf = tls
            [tls]
            system_default = defaults
            [defaults]
            MinProtocol = TLSv1.3
            MaxProtocol = TLSv1.2

            """

        /// TLS both ways, with an introspection over TLS besides.
        private func withTLS(
            _ environment: (CertificateAuthority) throws -> [String: String],
            trusting: (CertificateAuthority) -> String? = { $0.certificate },
            _ body: (GatewayProcess, CertificateAuthority) throws -> Void
        ) async throws {
            let authority = try CertificateAuthority()
            let nginx = try NginxBackend(
                certificate: (chain: authority.folder.file("server.pem"), key: authority.folder.file("server.key"))
            )
            defer { nginx.stop() }
            let tls = trusting(authority).map { ["tls: {ca_file: '\($0)'}"] } ?? []
            var settings = GatewaySettings(
                upstream: "https://127.0.0.1:\(nginx.port)",
                introspection: "https://127.0.0.1:\(nginx.port)/introspect",
                upstreamOptions: tls,
                introspectionOptions: tls
            )
            settings.listenOptions = ["tls: {certificates: [\(authority.files("server"))]}"]
            settings.routes = GatewaySettings.openRoutes
            settings.environment = try environment(authority)
            try await withGateway(settings) { try body($0, authority) }
        }

        private func ask(
            _ gateway: GatewayProcess,
            _ authority: CertificateAuthority,
            _ path: String = "/open/session",
            _ more: [String] = []
        ) throws -> String {
            let url = "https://127.0.0.1:\(gateway.port)"
            let arguments = [
                "-sS", "-m", "10", "-w", "%{http_code} ", "-o", "/dev/null", "--cacert", authority.certificate,
            ]
            return try ChildProcess.run("curl", arguments + more + ["\(url)\(path)"]).output
        }

        /// Whoever has the file can read all that clients and backends say.
        @Test func noSecretsOfTLSAreWritten() async throws {
            let folder = try TemporaryFolder()
            try await withTLS { _ in
                ["SSLKEYLOGFILE": folder.file("secrets")]
            } _: { gateway, authority in
                let open = try ask(gateway, authority)
                let closed = try ask(gateway, authority, "/closed/a", ["-H", "Authorization: Bearer one"])
                #expect(open == "200 " && closed == "503 ")
                #expect(gateway.log.contains("status is 404"))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("secrets")))
        }

        @Test func librariesFindNoSettings() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("openssl.cnf", Self.brokenOpenSSL)
            try folder.write("aliases", "nobody.example localhost\n")
            try folder.write(".netrc", "default login other password secret\n")
            let proxy = "http://127.0.0.1:1"
            let environment = [
                "OPENSSL_CONF": file, "OPENSSL_MODULES": folder.path, "OPENSSL_ENGINES": folder.path,
                "HOSTALIASES": folder.file("aliases"), "RES_OPTIONS": "timeout:1", "LOCALDOMAIN": "example",
                "HOME": folder.path, "http_proxy": proxy, "https_proxy": proxy, "HTTPS_PROXY": proxy,
                "all_proxy": proxy, "ALL_PROXY": proxy, "no_proxy": "", "CURL_CA_BUNDLE": "/dev/null",
                "SSL_CERT_FILE": "/dev/null", "SSL_CERT_DIR": folder.path, "KRB5_TRACE": folder.file("trace"),
                "NIO_SINGLETON_GROUP_LOOP_COUNT": "0", "TZ": "Pacific/Kiritimati", "LC_ALL": "nowhere",
            ]
            try await withTLS { _ in
                environment
            } _: { gateway, authority in
                let answer = try ask(gateway, authority)
                #expect(answer == "200 ")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("trace")))
        }

        /// Nobody is believed because a variable says so.
        @Test func authoritiesAreNotNamedByVariables() async throws {
            try await withTLS {
                ["SSL_CERT_FILE": $0.certificate, "CURL_CA_BUNDLE": $0.certificate, "SSL_CERT_DIR": $0.folder.path]
            } trusting: { _ in
                nil
            } _: { gateway, authority in
                let answer = try ask(gateway, authority)
                #expect(answer == "502 ")
            }
        }

        /// Those that the configuration names are read, at the start and by reloads.
        @Test func secretsAreFound() async throws {
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.audit = ["fingerprint_secret: {env: E2E_SECRET}"]
            settings.environment = ["E2E_SECRET": "a secret of sixteen bytes or more"]
            try await withGateway(settings) { gateway in
                #expect(!gateway.log.contains("fingerprint_secret is not set"))
                let reload = try gateway.admin("POST", "/reload")
                #expect(reload.status == 200)
            }
        }

        /// Commands have libcurl, too.
        @Test func commandsWriteNoSecretsEither() throws {
            let authority = try CertificateAuthority()
            let nginx = try NginxBackend(
                certificate: (chain: authority.folder.file("server.pem"), key: authority.folder.file("server.key"))
            )
            defer { nginx.stop() }
            let secrets = authority.folder.file("secrets")
            let url = "https://127.0.0.1:\(nginx.port)/open/empty"
            let result = try ChildProcess.run(
                Program.path,
                ["catalog", "--compare", url, "--ca-file", authority.certificate],
                environment: ["SSLKEYLOGFILE": secrets]
            )
            #expect(result.end == .exited(2), "\(result.errors)")
            #expect(!result.errors.contains("certificate"), "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: secrets))
        }
    }
}
