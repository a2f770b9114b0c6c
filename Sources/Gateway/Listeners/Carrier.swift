import NIOCore

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
    /// The certificate that the client has shown to the gateway.
    var certificate: ShownCertificate?
    /// Which listener it came by.
    var listener = 0
    /// What is spoken.
    var version = ClientProtocol.http11
    /// What is done by other means than by the channel, if anything.
    var transport: (any ClientTransport)?
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
protocol ClientSession: AnyObject {
    /// Takes on nothing new, and ends as soon as nothing is under way.
    func drain()

    /// Ends at once.
    func abort()
}
