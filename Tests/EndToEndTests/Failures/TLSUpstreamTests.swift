import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("A backend behind TLS")
    struct TLSUpstreamTests {
        private func withTLS(
            host: String = "127.0.0.1",
            trusting file: (CertificateAuthority) throws -> String?,
            _ body: (GatewayProcess, NginxBackend) throws -> Void
        ) async throws {
            let authority = try CertificateAuthority()
            let server = (chain: authority.folder.file("server.pem"), key: authority.folder.file("server.key"))
            let nginx = try NginxBackend(certificate: server)
            defer { nginx.stop() }
            var settings = GatewaySettings(upstream: "https://\(host):\(nginx.port)")
            settings.routes = GatewaySettings.openRoutes
            settings.upstreamOptions = try file(authority).map { ["tls: {ca_file: '\($0)'}"] } ?? []
            try await withGateway(settings) { try body($0, nginx) }
        }

        @Test func theRightAuthorityWorks() async throws {
            try await withTLS {
                $0.certificate
            } _: { gateway, nginx in
                let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) })
                try bytes.write(to: URL(fileURLWithPath: nginx.file("bytes")))
                let client = try gateway.client()
                for _ in 0..<5 {
                    let response = try client.exchange("GET", "/open/files/bytes")
                    #expect(response.status == 200 && response.body == Array(bytes))
                }
                let upload = try client.exchange("PUT", "/open/files/copy", body: Array(bytes))
                #expect(upload.status == 201)
                #expect(FileManager.default.contents(atPath: nginx.file("copy")) == bytes)
            }
        }

        private func expectRefusal(_ gateway: GatewayProcess) throws {
            let response = try gateway.exchange("GET", "/open/empty")
            #expect(response.status == 502 && response.code == "upstream_unreachable", "\(response.text)")
        }

        @Test func anotherAuthorityIsNotBelieved() async throws {
            let other = try CertificateAuthority()
            try await withTLS(trusting: { _ in other.certificate }, { gateway, _ in try expectRefusal(gateway) })
        }

        /// A file of authorities that is replaced counts as soon as it is loaded.
        @Test func authoritiesCanBeReplaced() async throws {
            let other = try CertificateAuthority()
            try await withTLS { right in
                try FileManager.default.copyItem(atPath: right.certificate, toPath: other.folder.file("right.pem"))
                return other.certificate
            } _: { gateway, _ in
                try expectRefusal(gateway)
                #expect(rename(other.folder.file("right.pem"), other.certificate) == 0)
                #expect(try gateway.admin("POST", "/reload").status == 200)
                #expect(try gateway.exchange("GET", "/open/empty").status == 200)
            }
        }

        /// Neither a connection nor a session that was made under other authorities is used under these
        /// (CVE-2025-68121).
        @Test(arguments: ["TLSv1.2", "TLSv1.3"]) func trustEndsWithItsAuthorities(version: String) async throws {
            let (right, other) = (try CertificateAuthority(), try CertificateAuthority())
            let used = right.folder.file("used.pem")
            try FileManager.default.copyItem(atPath: right.certificate, toPath: used)
            let nginx = try NginxBackend(
                certificate: (chain: right.folder.file("server.pem"), key: right.folder.file("server.key")),
                tls: "ssl_protocols \(version); ssl_session_cache shared:e2e:1m;"
            )
            defer { nginx.stop() }
            var settings = GatewaySettings(upstream: "https://127.0.0.1:\(nginx.port)")
            settings.routes = GatewaySettings.openRoutes
            settings.upstreamOptions = ["tls: {ca_file: '\(used)'}", "pool: {max_idle: 1}"]
            settings.rest = ["reload: {watch: false}"]
            try await withGateway(settings) { gateway in
                var resumed = 0
                func expect(_ status: Int) throws {
                    for _ in 0..<6 {
                        let clients = try (0..<3).map { _ in try gateway.client() }
                        for client in clients { try client.send(RawClient.request("GET", "/open/session")) }
                        let answers = try clients.map { try $0.readResponse() }
                        #expect(answers.allSatisfy { $0.status == status }, "\(answers.map(\.text))")
                        resumed += answers.count { $0.text == "\(version) r" }
                    }
                }
                func replace(by file: String) throws {
                    try FileManager.default.removeItem(atPath: used)
                    try FileManager.default.copyItem(atPath: file, toPath: used)
                    let answer = try gateway.admin("POST", "/reload")
                    #expect(answer.status == 200, "\(answer.text)")
                }
                try expect(200)
                #expect(resumed > 0)
                try replace(by: other.certificate)
                try expect(502)
                try replace(by: right.certificate)
                try expect(200)
            }
        }

        /// What is no authority isn't taken over, and changes nothing.
        @Test func authoritiesHaveToBeReadable() async throws {
            let authority = try CertificateAuthority()
            let used = authority.folder.file("used.pem")
            try FileManager.default.copyItem(atPath: authority.certificate, toPath: used)
            try await withTLS(
                trusting: { _ in used },
                { gateway, _ in
                    try expectRefusal(gateway)
                    try authority.folder.write("used.pem", "none\n")
                    let answer = try gateway.admin("POST", "/reload")
                    #expect(answer.status == 422 && answer.text.contains("has no certificates of authorities in PEM"))
                    try expectRefusal(gateway)
                }
            )
        }

        /// libcurl would remember the authorities of a loop's calls for a day.
        @Test func theIntrospectionEndpointsToo() async throws {
            let (right, other) = (try CertificateAuthority(), try CertificateAuthority())
            let server = (chain: right.folder.file("server.pem"), key: right.folder.file("server.key"))
            let nginx = try NginxBackend(certificate: server)
            defer { nginx.stop() }
            var settings = GatewaySettings(
                upstream: "http://127.0.0.1:1",
                introspection: "https://127.0.0.1:\(nginx.port)/introspect",
                introspectionOptions: ["tls: {ca_file: '\(other.certificate)'}"]
            )
            settings.threads = 1
            try await withGateway(settings) { gateway in
                #expect(try gateway.exchange("GET", "/api/v1/trades", key: "one").status == 503)
                func replace(by file: String) throws {
                    try FileManager.default.removeItem(atPath: other.certificate)
                    try FileManager.default.copyItem(atPath: file, toPath: other.certificate)
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                }
                func failures() -> Int { gateway.log.components(separatedBy: "status is 404").count - 1 }
                let wrong = other.folder.file("wrong.pem")
                try FileManager.default.copyItem(atPath: other.certificate, toPath: wrong)
                try replace(by: right.certificate)
                // Now it is reached, and answers with what is no introspection.
                try waitUntil("the endpoint is reached") {
                    _ = try gateway.exchange("GET", "/api/v1/trades", key: "two")
                    return failures() > 0
                }
                // Neither its idle connection nor its session is used any more.
                try replace(by: wrong)
                let before = failures()
                for number in 0..<6 {
                    #expect(try gateway.exchange("GET", "/api/v1/trades", key: "three\(number)").status == 503)
                }
                try waitUntil("it is not believed") { gateway.log.contains("certificate") }
                #expect(failures() == before)
            }
        }

        /// Runs a test with nginx that asks for a certificate of clients, and has one of its own for another name.
        private func withMutualTLS(
            options: (CertificateAuthority) -> String,
            rest: [String] = [],
            _ body: (GatewayProcess, CertificateAuthority) throws -> Void
        ) async throws {
            let authority = try CertificateAuthority()
            try authority.issue("named", for: "DNS:journal.test")
            try authority.issue("gateway", for: "DNS:gateway.test")
            let nginx = try NginxBackend(
                certificate: (chain: authority.folder.file("named.pem"), key: authority.folder.file("named.key")),
                clientAuthority: authority.certificate
            )
            defer { nginx.stop() }
            var settings = GatewaySettings(upstream: "https://127.0.0.1:\(nginx.port)")
            settings.routes = GatewaySettings.openRoutes
            settings.upstreamOptions = [options(authority)]
            settings.rest = rest
            settings.threads = 1
            try await withGateway(settings) { try body($0, authority) }
        }

        private static func mutual(_ authority: CertificateAuthority, more: String) -> String {
            let files = authority.files("gateway").dropFirst().dropLast()
            return "tls: {ca_file: '\(authority.certificate)', \(files)\(more)}"
        }

        @Test func aCertificateIsShownAndANameIsAskedFor() async throws {
            try await withMutualTLS {
                Self.mutual($0, more: ", server_name: journal.test")
            } _: { gateway, _ in
                let response = try gateway.exchange("GET", "/open/tls")
                #expect(response.text == "journal.test SUCCESS CN=gateway")
            }
        }

        @Test func withoutACertificateNothingIsServed() async throws {
            try await withMutualTLS {
                "tls: {ca_file: '\($0.certificate)', server_name: journal.test}"
            } _: { gateway, _ in
                let response = try gateway.exchange("GET", "/open/tls")
                #expect(response.status == 400)
            }
        }

        @Test func withoutTheNameItIsNotBelieved() async throws {
            try await withMutualTLS {
                Self.mutual($0, more: "")
            } _: { gateway, _ in
                try expectRefusal(gateway)
            }
        }

        /// Connections are made anew when the files that they were made with have changed.
        @Test func aCertificateCanBeReplaced() async throws {
            try await withMutualTLS {
                Self.mutual($0, more: ", server_name: journal.test")
            } _: { gateway, authority in
                #expect(try gateway.exchange("GET", "/open/tls").text.hasSuffix("CN=gateway"))
                try authority.issue("renewed", for: "DNS:gateway.test")
                for ending in ["key", "pem"] {
                    let new = authority.folder.file("renewed.\(ending)")
                    #expect(rename(new, authority.folder.file("gateway.\(ending)")) == 0)
                }
                #expect(try gateway.admin("POST", "/reload").status == 200)
                for _ in 0..<6 {
                    #expect(try gateway.exchange("GET", "/open/tls").text == "journal.test SUCCESS CN=renewed")
                }
            }
        }

        @Test func theSystemsAuthoritiesDoNotKnowIt() async throws {
            try await withTLS(trusting: { _ in nil }, { gateway, _ in try expectRefusal(gateway) })
        }

        @Test func anotherNameIsNotBelieved() async throws {
            try await withTLS(
                host: "localhost",
                trusting: { $0.certificate },
                { gateway, _ in try expectRefusal(gateway) }
            )
        }
    }
}
