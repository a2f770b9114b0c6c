import NIOCore

/// Clients that end their side of the connection behind their last request (RFC 9112 §9.6): some command line tools and
/// health probes do, and wait for the response.
extension InboundConnection {
    /// Has the channel tell of a client that ends its side, rather than close. Streams of HTTP/2 end in frames of their
    /// own.
    func serveHalfClosed(_ context: ChannelHandlerContext) {
        guard carrier?.version != .http2, loop.snapshot.limits.servesHalfClosed else { return }
        do {
            try context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        } catch {
            // A channel without the option closes when the client ends its side.
            loop.services.logger.debug("half-closed clients can't be served", metadata: ["error": "\(error)"])
        }
    }

    /// Whether the client sends no request behind the present one.
    var isLastRequest: Bool { inputHasEnded && buffer.readableBytes == 0 }

    /// The client sends nothing more. What it has sent as a whole is answered; a part is of no use to anybody.
    func inputEnded() {
        guard !inputHasEnded, phase != .closed else { return }
        inputHasEnded = true
        switch phase {
        case .closed: break
        case .head: process()
        case .deciding: break
        case .forwarding: if !body.isComplete { forwardBody() }
        case .draining: process()
        case .lingering: if awaiting == .close { context?.close(promise: nil) }
        }
    }

    /// The client went in the midst of a request.
    func abandon() {
        context?.close(promise: nil)
    }
}
