import Glibc
import NIOCore
import NIOPosix

/// What carries a client's requests, where that is anything but a plain TCP connection of its own.
struct Carrier {
    /// The client's address, if it has one.
    var remote: SocketAddress?
    /// The address that it connected to.
    var local: SocketAddress?
    /// The client has connected to a Unix socket of the gateway's own.
    var isUnixSocket = false
    /// The client speaks TLS, with the gateway or with a proxy that says so.
    var isSecure = false
    /// By which rules the client was let in, when it speaks TLS with the gateway.
    var admission: Admission?
    /// The certificate that the client has shown to the gateway.
    var certificate: ShownCertificate?
    /// Which listener it came by.
    var listener = 0
    /// What is spoken.
    var version = ClientProtocol.http11
    /// Who has said whose connection it is, and to which listener, when a header of the PROXY protocol did.
    var voucher: Voucher?
    /// What is done by other means than by the channel, if anything.
    var transport: (any ClientTransport)?
}

/// A peer that has said by the PROXY protocol whose connection it carries.
struct Voucher {
    /// Its address: 4 or 16 bytes, or none for a Unix socket's.
    var address: [UInt8]
    /// Which listener it has connected to.
    var listener: Int

    /// Whether its word is still taken.
    func isTrusted(by snapshot: RuntimeSnapshot) -> Bool {
        guard listener < snapshot.proxyProtocol.count else { return false }
        return snapshot.proxyProtocol[listener]?.contains(address.span) == true
    }
}

/// The rules for clients' certificates by which a connection was let in.
struct Admission {
    let tls: ListenerTLS
    /// Which listener's they are.
    let listener: Int

    /// Whether they are still the listener's.
    func holds(under snapshot: RuntimeSnapshot) -> Bool {
        guard listener < snapshot.tls.count, let current = snapshot.tls[listener] else { return false }
        return current === tls || current.asksClientsAlike(tls)
    }
}

extension Carrier {
    /// What a connection tells of itself.
    init(_ channel: any Channel) {
        self.init(
            remote: channel.remoteAddress,
            local: channel.localAddress,
            isUnixSocket: channel.localAddress?.protocol == .unix
        )
    }
}

/// What the bytes of requests and responses go through, as far as a channel doesn't do it alike everywhere. Loop-bound.
protocol ClientTransport: AnyObject {
    /// How many bytes the client has taken; nil where the system is to be asked.
    var takenBytes: UInt64? { get }

    /// Ends it at once, so that the client can't take what it has for a complete response.
    func cut()

    /// Ends it in order, but at once: TLS doesn't take leave, for which it would wait a while.
    func leave()
}

extension ChannelHandlerContext {
    /// Whether the system has bytes of the peer that were not read yet.
    var hasUnreadBytes: Bool {
        let found = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
        }
        return found == true
    }

    /// Whether bytes would be lost if the channel were closed now: those that it has yet to give to the system, or the
    /// peer's, which would have the system reset the connection and with it what the peer hasn't read.
    var isMovingBytes: Bool {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) != 0 || hasUnreadBytes
    }
}

/// What a client speaks.
enum ClientProtocol: Equatable, Sendable {
    case http10
    case http11
    case http2

    /// The name, as logs and traces have it.
    var name: String {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2.0"
        }
    }

    /// The version alone (OpenTelemetry, `network.protocol.version`).
    var version: String {
        switch self {
        case .http10: "1.0"
        case .http11: "1.1"
        case .http2: "2"
        }
    }
}

/// What a loop ends when it stops, besides its ``InboundConnection``s. Loop-bound.
protocol ClientSession: Displaceable {
    /// The loop has another snapshot.
    func snapshotChanged()

    /// Takes on nothing new, and ends as soon as nothing is under way.
    func drain()

    /// Ends at once.
    func abort()
}
