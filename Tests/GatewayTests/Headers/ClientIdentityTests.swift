import GatewayConfig
import NIOCore
import Testing

@testable import Gateway

@Suite("ClientIdentity")
struct ClientIdentityTests {
    static let trusted = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7", "for=192.0.2.7", true),
        ("192.0.2.8", "192.0.2.8", "for=192.0.2.8", false),
        ("10.255.0.1", "10.255.0.1", "for=10.255.0.1", true),
        ("11.0.0.1", "11.0.0.1", "for=11.0.0.1", false),
        ("2001:db8::1", "2001:db8::1", "for=\"[2001:db8::1]\"", true),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1", "for=\"[2001:db8::1]\"", true),
        ("2001:db9::1", "2001:db9::1", "for=\"[2001:db9::1]\"", false),
        ("::1", "::1", "for=\"[::1]\"", true),
        // RFC 4291 §2.5.5.2: the IPv4 address that it is, for showing and for trusting.
        ("::ffff:10.1.2.3", "10.1.2.3", "for=10.1.2.3", true),
        ("::ffff:203.0.113.9", "203.0.113.9", "for=203.0.113.9", false),
    ])
    func addresses(_ remote: String, _ shown: String, _ parameter: String, _ isTrusted: Bool) throws {
        let identity = ClientIdentity(
            remote: try SocketAddress(ipAddress: remote, port: 40_000),
            local: try SocketAddress(ipAddress: "127.0.0.1", port: 8443),
            trusted: TrustedPeers(networks: try Self.trusted.map { try CIDRBlock(parsing: $0) }),
            scheme: "https"
        )
        #expect(identity.address == shown)
        #expect(identity.forwardedFor == Array(shown.utf8))
        #expect(identity.forwardedParameter == Array(parameter.utf8))
        #expect(identity.isTrusted == isTrusted)
        #expect(identity.localPort == Array("8443".utf8))
        #expect(identity.scheme.text == "https")
    }

    @Test func nobodyIsTrustedByDefault() throws {
        for address in ["127.0.0.1", "::1", "10.0.0.1"] {
            #expect(!ClientIdentity(remote: try .init(ipAddress: address, port: 1), local: nil, trusted: []).isTrusted)
        }
    }

    /// Nothing is known of a client without an address, so nothing that it says is believed.
    @Test func withoutAddress() throws {
        let everyone = TrustedPeers(
            networks: try ["0.0.0.0/0", "::/0"].map { try CIDRBlock(parsing: $0) },
            unixSockets: true
        )
        for remote in [nil, try SocketAddress(unixDomainSocketPath: "/tmp/socket")] {
            let identity = ClientIdentity(remote: remote, local: remote, trusted: everyone)
            #expect(identity.address == "unknown")
            #expect(identity.forwardedParameter == Array("for=unknown".utf8))
            #expect(!identity.isTrusted)
            #expect(identity.localPort == Array("0".utf8))
            #expect(identity.scheme.text == "http")
        }
    }

    /// Who may connect to a Unix socket its mode says, and whether they are believed the configuration.
    @Test(arguments: [true, false]) func byUnixSocket(isTrusted: Bool) throws {
        let trusted = TrustedPeers(networks: [try CIDRBlock(parsing: "0.0.0.0/0")], unixSockets: isTrusted)
        let identity = ClientIdentity(remote: nil, local: nil, trusted: trusted, isUnixSocket: true)
        #expect(identity.address == "unix")
        #expect(identity.forwardedParameter == Array("for=unknown".utf8))
        #expect(identity.isTrusted == isTrusted)
    }
}
