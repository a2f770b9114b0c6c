import GatewayConfig
import NIOCore

/// What a connection tells of its client, worked out once when it is accepted.
final class ClientIdentity: Sendable {
    /// The client's address as text, without a port and without brackets.
    let address: String
    /// Whether the address is one of `trusted_proxies`, so that what it says of where requests come from is believed.
    let isTrusted: Bool
    /// The address as X-Forwarded-For has it.
    let forwardedFor: [UInt8]
    /// The `for=` parameter of Forwarded (RFC 7239 §6), with its quotes where it needs them.
    let forwardedParameter: [UInt8]
    /// The port on which the request came in, as X-Forwarded-Port has it.
    let localPort: [UInt8]
    /// `http` or `https`.
    let scheme: StaticString
    /// The certificate that the client has shown and that was found good.
    let certificate: ShownCertificate?

    /// - Parameter isUnixSocket: Whether the client has connected to a Unix socket, and so has no address.
    init(
        remote: SocketAddress?,
        local: SocketAddress?,
        trusted: TrustedPeers,
        scheme: StaticString = "http",
        isUnixSocket: Bool = false,
        certificate: ShownCertificate? = nil
    ) {
        let bytes = remote.map(Self.bytes) ?? []
        let text = Self.text(of: bytes) ?? "unknown"
        address = isUnixSocket ? "unix" : text
        isTrusted = bytes.isEmpty ? isUnixSocket && trusted.unixSockets : trusted.contains(bytes.span)
        forwardedFor = Array(text.utf8)
        forwardedParameter = Array((text.contains(":") ? "for=\"[\(text)]\"" : "for=\(text)").utf8)
        localPort = Array(String(local?.port ?? 0).utf8)
        self.scheme = scheme
        self.certificate = certificate
    }

    /// 4 or 16 bytes; a mapped IPv4 address (RFC 4291 §2.5.5.2) is shown as the IPv4 address that it is.
    static func bytes(of address: SocketAddress) -> [UInt8] {
        switch address {
        case .v4(let v4):
            return withUnsafeBytes(of: v4.address.sin_addr) { Array($0) }
        case .v6(let v6):
            let bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            return isMapped ? Array(bytes[12...]) : bytes
        case .unixDomainSocket:
            return []
        }
    }

    /// The address as text, without a port and without brackets; nil for what is none.
    static func text(of bytes: [UInt8]) -> String? {
        guard let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0) else { return nil }
        return address.ipAddress
    }
}
