import FuzzSupport
import GatewayConfig
import HTTP1
import NIOCore

/// A request head and what was written of it for the upstream.
struct ForwardedRequest {
    private let bytes: [UInt8]
    private let head: RequestHead
    private let rules: RequestRules
    private let client: ClientIdentity
    private let keyID: [UInt8]
    private let written: [UInt8]

    private static let upstreamHost = Array("upstream.example:8080".utf8)
    private static let fallbackHost = Array("backend.example".utf8)
    private static let requestID = "01J0000000000000000000FUZZ"

    /// Writes the head for the upstream; `nil` when the bytes are no acceptable head.
    init?(_ bytes: [UInt8], options: UInt8) {
        var parser = RequestHeadParser()
        guard parser.parse(bytes.span) == .complete, let requestID = RequestID(Array(Self.requestID.utf8).span) else {
            return nil
        }
        self.bytes = bytes
        head = parser.head
        rules = RequestRules(
            isTrusted: options & 1 != 0,
            forwardsKey: options & 2 != 0,
            replacesHost: options & 4 != 0,
            tellsCertificate: options & 32 != 0,
            keyField: "x-key"
        )
        let certificate = ShownCertificate(der: [0x30, 0x82, 0xFF, 0x00], isForwarded: rules.tellsCertificate)
        client = Self.client(isTrusted: rules.isTrusted, isIPv6: options & 8 != 0, certificate)
        keyID = options & 16 != 0 ? Array("key-1".utf8) : []
        let forwarded = UpstreamRequestHead(
            head: head,
            client: client,
            rules: HeaderRules(
                keys: KeyExtractor(sources: [.bearer, .header(Array(rules.keyField.utf8))]),
                forwardsKey: rules.forwardsKey
            ),
            host: rules.replacesHost ? Self.upstreamHost : nil,
            fallbackHost: Self.fallbackHost,
            requestID: requestID,
            keyID: keyID,
            closes: false
        )
        var buffer = ByteBuffer()
        forwarded.write(bytes.span, to: &buffer)
        written = Array(buffer.readableBytesView)
    }

    private static func client(
        isTrusted: Bool,
        isIPv6: Bool,
        _ certificate: ShownCertificate
    ) -> ClientIdentity {
        let address = isIPv6 ? "2001:db8::1" : "192.0.2.1"
        do {
            return ClientIdentity(
                remote: try SocketAddress(ipAddress: address, port: 1234),
                local: try SocketAddress(ipAddress: isIPv6 ? "::1" : "127.0.0.1", port: 8080),
                trusted: isTrusted ? [try CIDRBlock(parsing: address)] : [],
                certificate: certificate
            )
        } catch {
            finding("no address: \(error)")
        }
    }

    func check() {
        // One empty line may stand before it.
        let start = bytes.starts(with: [13, 10]) ? 2 : 0
        guard let before = PlainHead(bytes[start..<head.byteCount]), let after = PlainHead(written[...]) else {
            finding("what goes upstream is no head: \(quoted(written))")
        }
        checkSecondReading()
        let target = (head.targetLacksPath ? [UInt8(ascii: "/")] : []) + bytes[head.targetRange.range]
        let line = bytes[head.methodRange.range] + [0x20] + target + Array(" HTTP/1.1".utf8)
        expectEqual(after.startLine, Array(line), "the request line")

        let kept = rules.kept(of: before)
        let own = ownFields(before, kept)
        let ownNames = Set(own.map(\.name))
        // Of a name that is ours nothing else goes on, so that nobody can take another's word for the gateway's.
        expectEqual(after.fields.filter { !ownNames.contains($0.name) }, kept, "the kept fields")
        let written = after.fields.filter { ownNames.contains($0.name) }.map { OwnField($0.name, $0.value) }
        expectEqual(written.sorted(), own.sorted(), "the gateway's own fields")
        checkKeys(before, after)
    }

    /// The upstream, were it to read as we do, gets the message that was checked.
    private func checkSecondReading() {
        var parser = RequestHeadParser(limits: HeadLimits(fieldCount: 120, fieldBytes: 1 << 20))
        expectEqual(parser.parse(written.span), .complete, "what goes upstream: \(quoted(written))")
        let second = parser.head
        expectEqual(second.byteCount, written.count, "the length of what goes upstream")
        expectEqual(second.method, head.method, "the method")
        expectEqual(second.framing, head.framing, "the framing")
        expectEqual(Array(written[second.pathRange.range]), Array(bytes[head.pathRange.range]), "the path")
        expect(second.keepAlive && !second.expectsContinue, "the connection to the upstream")
        let asked = Array(bytes[head.hostRange.range])
        let host = rules.replacesHost ? Self.upstreamHost : asked.isEmpty ? Self.fallbackHost : asked
        expectEqual(Array(written[second.hostRange.range]), host, "Host")
    }

    private func ownFields(_ before: PlainHead, _ kept: [PlainHead.Field]) -> [OwnField] {
        let host = Array(bytes[head.hostRange.range])
        let scheme = Array(client.scheme.description.utf8)
        let parameters =
            client.forwardedParameter + (host.isEmpty ? [] : Array(";host=\"".utf8) + host + Array("\"".utf8))
            + Array(";proto=".utf8) + scheme
        var own = [
            OwnField("x-request-id", Array(Self.requestID.utf8)),
            OwnField("x-forwarded-for", believed("x-forwarded-for", before) + client.forwardedFor),
            OwnField("forwarded", believed("forwarded", before) + parameters),
        ]
        for (name, value) in [
            ("x-forwarded-proto", scheme), ("x-forwarded-host", host), ("x-forwarded-port", client.localPort),
        ] where !kept.contains(where: { $0.name == name }) && !(name == "x-forwarded-host" && host.isEmpty) {
            own.append(OwnField(name, value))
        }
        if rules.tellsCertificate, !kept.contains(where: { $0.name == "client-cert" }) {
            own.append(OwnField("client-cert", Array(":MIL/AA==:".utf8)))
        }
        if rules.replacesHost {
            own.append(OwnField("host", Self.upstreamHost))
        } else if head.lacksHost {
            own.append(OwnField("host", host.isEmpty ? Self.fallbackHost : host))
        }
        if head.framing == .chunked { own.append(OwnField("transfer-encoding", Array("chunked".utf8))) }
        if !keyID.isEmpty { own.append(OwnField("x-scopegate-key-id", keyID)) }
        return own
    }

    /// What a trusted proxy said, with the comma behind it.
    private func believed(_ name: String, _ before: PlainHead) -> [UInt8] {
        guard rules.isTrusted else { return [] }
        return before.values(name).filter { !$0.isEmpty }.flatMap { $0 + Array(", ".utf8) }
    }

    /// The upstream finds the key that was checked, and no other.
    private func checkKeys(_ before: PlainHead, _ after: PlainHead) {
        for name in ["authorization", "x-api-key", rules.keyField] {
            expectEqual(after.values(name), rules.forwardsKey ? before.values(name) : [], "the key in \(name)")
        }
    }
}

/// A field that the gateway writes itself.
private struct OwnField: Equatable, Comparable, CustomStringConvertible {
    var name: String
    var value: [UInt8]

    init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    var description: String { "\(name): \(quoted(value))" }

    static func < (left: OwnField, right: OwnField) -> Bool {
        left.name == right.name ? left.value.lexicographicallyPrecedes(right.value) : left.name < right.name
    }
}
