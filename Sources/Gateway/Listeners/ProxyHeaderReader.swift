import NIOCore
import ProxyProtocol

/// Reads the header of the PROXY protocol with which a connection has to begin, hands the connection on, and leaves.
final class ProxyHeaderReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let loop: GatewayLoop
    private let prelude: Prelude
    private let proceed: (any Channel, Carrier) throws -> Void
    private var buffer = ByteBuffer()

    /// - Parameter proceed: Adds what comes behind it to the pipeline.
    init(loop: GatewayLoop, proceed: @escaping (any Channel, Carrier) throws -> Void) {
        self.loop = loop
        self.proceed = proceed
        prelude = Prelude(loop: loop)
    }

    func channelActive(context: ChannelHandlerContext) {
        prelude.begin(context.channel, within: loop.snapshot.limits.headTimeout) { [loop, channel = context.channel] in
            loop.proxyHeaderRefused(.timeout, peer: channel.remoteAddress)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        prelude.end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard prelude.isUnderWay else { return }
        var incoming = unwrapInboundIn(data)
        buffer.writeBuffer(&incoming)
        loop.giveBackReceiveBuffer(incoming)
        switch ProxyHeader.read(buffer.readableBytesUInt8Span) {
        case .needMore: break
        case .failed(let error):
            loop.proxyHeaderRefused(.init(error), peer: context.channel.remoteAddress)
            prelude.abort()
        case .complete(let header): complete(header, context)
        }
    }

    private func complete(_ header: ProxyHeader, _ context: ChannelHandlerContext) {
        prelude.end()
        var rest = buffer
        rest.moveReaderIndex(forwardBy: header.byteCount)
        buffer = ByteBuffer()
        do {
            try proceed(context.channel, Carrier(header, context.channel))
        } catch {
            return context.close(promise: nil)
        }
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}

extension Carrier {
    /// What a header says of a connection.
    fileprivate init(_ header: ProxyHeader, _ channel: any Channel) {
        self.init(channel)
        isSecure = header.isSecure
        switch header.origin {
        case .proxy: break
        case .unixSocket:
            (remote, local) = (nil, nil)
            isUnixSocket = false
        case .client(let source, let destination):
            isUnixSocket = false
            remote = Self.address(source)
            local = Self.address(destination)
        }
    }

    private static func address(_ endpoint: ProxyHeader.Endpoint) -> SocketAddress? {
        try? SocketAddress(packedIPAddress: ByteBuffer(bytes: endpoint.address), port: Int(endpoint.port))
    }
}

/// Why a connection that has to begin with the PROXY protocol was closed.
enum ProxyHeaderRefusal: String, CaseIterable {
    /// It comes from an address that isn't trusted.
    case untrusted
    /// No whole header came in time.
    case timeout
    case missing
    case malformed
    case tooLong = "too_long"
    case unsupported
    case checksum

    init(_ error: ProxyHeaderError) {
        self =
            switch error {
            case .missing: .missing
            case .malformed: .malformed
            case .tooLong: .tooLong
            case .unsupported: .unsupported
            case .checksum: .checksum
            }
    }
}

/// Closes a connection of a peer that isn't let in.
final class PeerCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelActive(context: ChannelHandlerContext) { context.close(promise: nil) }
}
