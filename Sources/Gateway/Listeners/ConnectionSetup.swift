import GatewayConfig
import NIOCore
import NIOSSL

/// Gives each new connection of a listener what its requests come through.
struct ConnectionSetup: Sendable {
    /// The listener, as it was at the start.
    let listener: ListenConfiguration
    /// Which one it is.
    let index: Int

    /// Whether connections are plain HTTP/1.1, which need nothing but an ``InboundConnection``.
    private var isPlain: Bool { listener.tls == nil && listener.protocols == [.http1] }

    /// Called on the connection's loop before it is active.
    func begin(_ channel: any Channel, on loop: GatewayLoop) throws {
        if isPlain { try channel.syncOptions?.setOption(.recvAllocator, value: SharedReceiveAllocator(loop: loop)) }
        let isSocketFile = channel.localAddress?.protocol == .unix
        if listener.proxyProtocol != nil {
            return try awaitProxyHeader(channel, loop, isSocketFile: isSocketFile)
        }
        guard admits(channel.remoteAddress, channel, loop) else {
            return try channel.pipeline.syncOperations.addHandler(PeerCloser())
        }
        if isPlain, !isSocketFile {
            return try channel.pipeline.syncOperations.addHandler(InboundConnection(loop: loop, listener: index))
        }
        try proceed(channel, loop, Carrier(channel), isSocketFile: isSocketFile)
    }

    /// Counts the connection among its client's, where there is a limit; false when it has as many as it may. Trusted
    /// proxies carry many clients.
    private func admits(_ remote: SocketAddress?, _ channel: any Channel, _ loop: GatewayLoop) -> Bool {
        guard let limit = loop.snapshot.limits.connectionsPerClient, let remote else { return true }
        let address = ClientIdentity.bytes(of: remote)
        guard let client = ClientShares.Client(address), !loop.snapshot.trustedProxies.contains(address.span) else {
            return true
        }
        let shares = loop.services.clientShares
        guard shares.take(client, of: limit) else {
            loop.overShare(client: remote.ipAddress ?? "unknown")
            return false
        }
        channel.closeFuture.whenComplete { _ in shares.giveBack(client) }
        return true
    }

    private func awaitProxyHeader(
        _ channel: any Channel,
        _ loop: GatewayLoop,
        isSocketFile: Bool
    ) throws {
        let voucher = Voucher(address: channel.remoteAddress.map(ClientIdentity.bytes) ?? [], listener: index)
        guard voucher.address.isEmpty == isSocketFile, voucher.isTrusted(by: loop.snapshot) else {
            loop.proxyHeaderRefused(.untrusted, peer: channel.remoteAddress)
            return try channel.pipeline.syncOperations.addHandler(PeerCloser())
        }
        let reader = ProxyHeaderReader(loop: loop) { channel, carrier in
            var carrier = carrier
            carrier.voucher = voucher
            guard admits(carrier.remote, channel, loop) else { throw ChannelError.operationUnsupported }
            try proceed(channel, loop, carrier, isSocketFile: isSocketFile)
        }
        try channel.pipeline.syncOperations.addHandler(reader)
    }

    /// It is known whose connection it is.
    private func proceed(
        _ channel: any Channel,
        _ loop: GatewayLoop,
        _ carrier: Carrier,
        isSocketFile: Bool
    ) throws {
        var carrier = carrier
        carrier.listener = index
        let pipeline = channel.pipeline.syncOperations
        if isSocketFile || listener.tls != nil {
            let transport = StreamTransport(countsWrites: isSocketFile)
            try pipeline.addHandler(transport)
            carrier.transport = transport
        }
        guard listener.tls != nil else { return try speakPlainly(channel, loop, carrier) }
        // Without what it was told to secure connections with, a listener has none.
        guard index < loop.snapshot.tls.count, let tls = loop.snapshot.tls[index] else {
            throw ChannelError.inappropriateOperationForState
        }
        carrier.isSecure = true
        carrier.admission = Admission(tls: tls, listener: index)
        try pipeline.addHandler(tls.makeHandler())
        let handshake = TLSHandshake(loop: loop, tls: tls, carrier: carrier) { channel, carrier, negotiated in
            guard let spoken = agreed(negotiated) else { throw ChannelError.operationUnsupported }
            // The rules may have changed since it began.
            guard carrier.admission?.holds(under: loop.snapshot) == true else { return channel.close(promise: nil) }
            try speak(spoken, channel, loop, carrier)
        }
        try pipeline.addHandler(handshake)
    }

    /// What is spoken after a handshake, by what was agreed on in it (RFC 7301); a client that says nothing speaks
    /// HTTP/1.1.
    private func agreed(_ negotiated: String?) -> ListenConfiguration.ApplicationProtocol? {
        let spoken = negotiated.map { ListenConfiguration.ApplicationProtocol(rawValue: $0) } ?? .http1
        return spoken.flatMap { listener.protocols.contains($0) ? $0 : nil }
    }

    private func speakPlainly(_ channel: any Channel, _ loop: GatewayLoop, _ carrier: Carrier) throws {
        guard listener.protocols.contains(.http2) else { return try speak(.http1, channel, loop, carrier) }
        guard listener.protocols.contains(.http1) else { return try speak(.http2, channel, loop, carrier) }
        let reader = HTTP2PrefaceReader(loop: loop, carrier: carrier) { channel, isHTTP2 in
            try speak(isHTTP2 ? .http2 : .http1, channel, loop, carrier)
        }
        try channel.pipeline.syncOperations.addHandler(reader)
    }

    private func speak(
        _ spoken: ListenConfiguration.ApplicationProtocol,
        _ channel: any Channel,
        _ loop: GatewayLoop,
        _ carrier: Carrier
    ) throws {
        switch spoken {
        case .http1:
            try channel.pipeline.syncOperations.addHandler(InboundConnection(loop: loop, carrier: carrier))
        case .http2: try HTTP2Connection.add(to: channel, loop: loop, carrier: carrier)
        }
    }
}
