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

        /// A file of authorities that is replaced counts for the next connection.
        @Test func authoritiesCanBeReplaced() async throws {
            let other = try CertificateAuthority()
            try await withTLS { right in
                try FileManager.default.copyItem(atPath: right.certificate, toPath: other.folder.file("right.pem"))
                return other.certificate
            } _: { gateway, _ in
                try expectRefusal(gateway)
                #expect(rename(other.folder.file("right.pem"), other.certificate) == 0)
                #expect(try gateway.exchange("GET", "/open/empty").status == 200)
            }
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
                try FileManager.default.removeItem(atPath: other.certificate)
                try FileManager.default.copyItem(atPath: right.certificate, toPath: other.certificate)
                // Now it is reached, and answers with what is no introspection.
                _ = try waitFor("the endpoint is reached") {
                    _ = try gateway.exchange("GET", "/api/v1/trades", key: "two")
                    return gateway.log.contains("status is 404") ? true : nil
                }
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
                _ = try waitFor("the new certificate is shown") {
                    try gateway.exchange("GET", "/open/tls").text == "journal.test SUCCESS CN=renewed" ? true : nil
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
