import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind TLS until its handshake is complete, then hands the connection on by what was agreed on, and leaves.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let loop: GatewayLoop
    private let tls: ListenerTLS
    private var carrier: Carrier
    private let prelude: Prelude
    private let proceed: (any Channel, Carrier, String?) throws -> Void
    private var hasFailed = false

    /// - Parameter proceed: Adds what comes behind it to the pipeline, by the protocol that was agreed on; throws when
    ///   that isn't spoken.
    init(
        loop: GatewayLoop,
        tls: ListenerTLS,
        carrier: Carrier,
        proceed: @escaping (any Channel, Carrier, String?) throws -> Void
    ) {
        self.loop = loop
        self.tls = tls
        self.carrier = carrier
        self.proceed = proceed
        prelude = Prelude(loop: loop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !prelude.isUnderWay else { return }
        let transport = carrier.transport
        prelude.begin(context.channel, within: tls.handshakeTimeout, transport: transport) {
            self.failed(.timeout, "no handshake in time")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if prelude.isUnderWay { failed(.closed, "the client went away") }
        prelude.end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let negotiated) = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard prelude.isUnderWay else { return }
        prelude.end()
        do {
            carrier.certificate = try tls.clientCertificate(of: context.pipeline.syncOperations)
            try proceed(context.channel, carrier, negotiated)
        } catch {
            failed(.applicationProtocol, "no protocol that both speak")
            return context.close(promise: nil)
        }
        let version = (try? context.pipeline.syncOperations.nioSSL_tlsVersion()).flatMap { $0 }
        loop.services.metrics.listeners.handshakeCompleted(isTLS13: version == .tlsv13)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failed(HandshakeFailure(error), HandshakeFailure.reason(of: error))
        prelude.end()
        context.close(promise: nil)
    }

    private func failed(_ failure: HandshakeFailure, _ reason: String) {
        guard !hasFailed else { return }
        hasFailed = true
        loop.handshakeFailed(failure, reason: reason, peer: carrier.remote)
    }
}
