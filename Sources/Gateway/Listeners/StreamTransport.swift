import Glibc
import NIOCore

/// Stands at the very end of a connection's pipeline, below TLS, and does what can't be done above it.
final class StreamTransport: ChannelOutboundHandler, ClientTransport {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let countsWrites: Bool
    private var written: UInt64 = 0
    private var context: ChannelHandlerContext?

    /// - Parameter countsWrites: Whether it counts what the system has taken, which for Unix sockets, that have no
    ///   other buffer than the receiver's, is what the client takes.
    init(countsWrites: Bool) {
        self.countsWrites = countsWrites
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    var takenBytes: UInt64? { countsWrites ? written : nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard countsWrites else { return context.write(data, promise: promise) }
        let count = UInt64(unwrapOutboundIn(data).readableBytes)
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { self.written &+= count }
        context.write(data, promise: promise)
    }

    /// Without the notice by which TLS ends (RFC 8446 §6.1), for that would say that all has been sent.
    func cut() {
        guard let context else { return }
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    func leave() { context?.close(promise: nil) }
}
