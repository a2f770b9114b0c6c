import GatewayConfig
import HTTP1
import NIOCore
import Testing

@testable import Gateway

/// Sends request heads through the rules for the upstream.
struct Forwarding {
    var client: ClientIdentity { identity(certificate) }
    /// What the client has shown, if anything.
    var certificate: ShownCertificate?
    private let identity: (ShownCertificate?) -> ClientIdentity
    var sources: [KeyExtractor.Source] = [.bearer, .header(Array("x-api-key".utf8))]
    var forwardsKey = true
    var host: String?
    /// What the settings drop and keep.
    var headers = HeadersConfiguration()
    var requestID = "id-1"
    var keyID = ""
    /// The client's own X-Request-Id is passed on under another name.
    var passesClientsID = false
    var closes = false

    /// A client at 192.0.2.7, trusted or not, that came in on port 8080.
    init(trusted: Bool = false, address: String = "192.0.2.7") throws {
        let remote = try SocketAddress(ipAddress: address, port: 40_000)
        let local = try SocketAddress(ipAddress: "127.0.0.1", port: 8080)
        let peers = TrustedPeers(
            networks: trusted ? try ["0.0.0.0/0", "::/0"].map { try CIDRBlock(parsing: $0) } : []
        )
        identity = { ClientIdentity(remote: remote, local: local, trusted: peers, certificate: $0) }
    }

    /// The head that goes upstream.
    func write(_ request: String) throws -> String {
        let parsed = try ParsedRequest(request)
        // What the buffer holds already stays in front.
        var buffer = ByteBuffer(string: "before")
        UpstreamRequestHead(
            head: parsed.head,
            client: client,
            rules: HeaderRules(headers, keys: KeyExtractor(sources: sources), forwardsKey: forwardsKey),
            host: host.map { Array($0.utf8) },
            fallbackHost: Array("backend:9001".utf8),
            requestID: try .fixed(requestID),
            keyID: Array(keyID.utf8),
            clientsID: passesClientsID ? parsed.head.fields.first { $0.name == .xRequestID }?.valueRange : nil,
            closes: closes
        ).write(parsed.bytes.span, to: &buffer)
        let text = buffer.text
        try #require(text.hasPrefix("before"))
        return String(text.dropFirst("before".count))
    }

    /// The lines between the request line and the gateway's own fields, for a GET with these lines behind `Host: h`.
    func kept(_ lines: [String]) throws -> [String] {
        let fields = (["Host: h"] + lines).map { "\($0)\r\n" }.joined()
        let text = try write("GET / HTTP/1.1\r\n\(fields)\r\n")
        let all = text.components(separatedBy: "\r\n")
        try #require(all.first == "GET / HTTP/1.1" && all.suffix(2) == ["", ""])
        let own = try #require(all.firstIndex { $0.hasPrefix("X-Forwarded-For: ") && $0.hasSuffix("192.0.2.7") })
        return Array(all[1..<own])
    }

    /// The gateway's own fields for the default client, host `h` and no key.
    static let own = """
        X-Forwarded-For: 192.0.2.7\r
        Forwarded: for=192.0.2.7;host="h";proto=http\r
        X-Forwarded-Proto: http\r
        X-Forwarded-Host: h\r
        X-Forwarded-Port: 8080\r
        X-Request-Id: id-1\r
        \r

        """
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = Array(utf8)[...]
        let mark = Array(separator.utf8)
        while let range = rest.firstRange(of: mark) {
            parts.append(String(decoding: rest[..<range.lowerBound], as: UTF8.self))
            rest = rest[range.upperBound...]
        }
        return parts + [String(decoding: rest, as: UTF8.self)]
    }
}
