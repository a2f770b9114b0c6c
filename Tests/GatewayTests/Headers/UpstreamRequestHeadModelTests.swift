import HTTP1
import Testing

@testable import Gateway

/// Random heads, compared with the rules of the design written down plainly on texts.
@Suite("UpstreamRequestHead against a plain model")
struct UpstreamRequestHeadModelTests {
    private static let names = [
        "Accept", "accept", "User-Agent", "Content-Type", "Cookie", "X-A", "x-a", "X-B", "Via", "traceparent",
        "Authorization", "X-API-Key", "X-Journal-Key", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade",
        "HTTP2-Settings", "Proxy", "Proxy-Connection", "Proxy-Authorization", "X-HTTP-Method-Override",
        "X-Original-URL", "X-Scopegate-Scope", "X-Request-Id", "X_A", "X-Forwarded-For", "X-Forwarded-Proto",
        "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Uri", "Forwarded", "X-Real-IP",
        "Client-Cert", "Client-Cert-Chain", "X-User-Id", "Remote-User", "CF-Ray", "X.User.Id", "X.B", "X-Rewrite-Path",
    ]
    private static let values = ["", "v", "a, b", "close", "x=\"y\""]
    private static let dropped: Set<String> = [
        "connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings", "proxy", "proxy-connection",
        "proxy-authorization", "x-http-method-override", "x-original-url", "x-scopegate-scope", "x-request-id",
        "x.user.id", "x-rewrite-path",
    ]
    private static let keys: Set<String> = ["authorization", "x-api-key", "x-journal-key"]

    private struct Field {
        let name: String
        let value: String
        var line: String { "\(name): \(value)\r\n" }
    }

    @Test func randomHeads() throws {
        var random = SplitMix(seed: 20)
        let certificates = [true, false].map { ShownCertificate(der: [0x30, 0x82, 0xFF], isForwarded: $0) }
        for _ in 0..<3000 {
            let trusted = Bool.random(using: &random)
            var forwarding = try Forwarding(trusted: trusted)
            forwarding.sources = [.bearer, .header(Array("x-journal-key".utf8))]
            forwarding.forwardsKey = Bool.random(using: &random)
            forwarding.host = Bool.random(using: &random) ? "upstream" : nil
            forwarding.certificate = Bool.random(using: &random) ? certificates.randomElement(using: &random) : nil
            var fields = (0..<Int.random(in: 0...8, using: &random)).map { _ in Self.field(&random) }
            fields.insert(Field(name: "Host", value: "h"), at: Int.random(in: 0...fields.count, using: &random))

            let request = "GET /p HTTP/1.1\r\n\(fields.map(\.line).joined())\r\n"
            #expect(try forwarding.write(request) == Self.expected(fields, forwarding), "\(request)")
        }
    }

    private static func field(_ random: inout SplitMix) -> Field {
        let name = names.randomElement(using: &random) ?? ""
        guard name == "Connection" else { return Field(name: name, value: values.randomElement(using: &random) ?? "") }
        let nominated = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            names.randomElement(using: &random) ?? ""
        }
        return Field(name: name, value: (nominated + ["close"]).shuffled(using: &random).joined(separator: " , "))
    }

    private static func expected(_ fields: [Field], _ forwarding: Forwarding) -> String {
        let nominated = Set(
            fields.filter { $0.name == "Connection" }.flatMap { field in
                field.value.split(separator: ",").map { member in
                    member.drop { $0 == " " }.prefix { $0 != " " }.lowercased()
                }
            }
        )
        let isTrusted = forwarding.client.isTrusted
        let certificate = (forwarding.certificate?.field ?? []).isEmpty ? nil : ":MIL/:"
        let ownCertificate = isTrusted && fields.contains { $0.name == "Client-Cert" } ? nil : certificate
        var lines = "GET /p HTTP/1.1\r\n" + (forwarding.host.map { "Host: \($0)\r\n" } ?? "")
        for field in fields {
            let name = field.name.lowercased()
            if name.contains("_") || dropped.contains(name) { continue }
            let isKept =
                switch name {
                case "host": forwarding.host == nil
                case _ where keys.contains(name): forwarding.forwardsKey
                case "x-forwarded-for", "forwarded": false
                case "x-real-ip", "client-cert", "x-user-id", "remote-user", "cf-ray": isTrusted
                case "client-cert-chain": isTrusted && ownCertificate == nil
                case _ where name.hasPrefix("x-forwarded-"): isTrusted
                default: !nominated.contains(name)
                }
            // A space with nothing behind it is no part of a value.
            if isKept { lines += field.value.isEmpty ? "\(field.name):\r\n" : field.line }
        }
        func claims(_ name: String, then own: String) -> String {
            let said = fields.filter { $0.name.lowercased() == name && !$0.value.isEmpty }.map(\.value)
            return ((isTrusted ? said : []) + [own]).joined(separator: ", ")
        }
        lines += "X-Forwarded-For: \(claims("x-forwarded-for", then: "192.0.2.7"))\r\n"
        lines += "Forwarded: \(claims("forwarded", then: "for=192.0.2.7;host=\"h\";proto=http"))\r\n"
        for (name, value) in [("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "h"), ("X-Forwarded-Port", "8080")] {
            let isSaid = isTrusted && fields.contains { $0.name == name }
            if !isSaid { lines += "\(name): \(value)\r\n" }
        }
        if let ownCertificate { lines += "Client-Cert: \(ownCertificate)\r\n" }
        return lines + "X-Request-Id: id-1\r\n\r\n"
    }
}
