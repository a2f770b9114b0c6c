import CurlTransport
import HTTP1
import NIOCore
import ScopeModel

/// The connection's part of the memory that all connections may hold together.
extension InboundConnection {
    /// What a stream of HTTP/2 takes besides what it keeps: its channel and handlers, by measurement
    /// (Tests/Memory/run.sh). Connections themselves have a bound of their own, `limits.connections`.
    private static let streamCost = 9 << 10

    /// Takes the room that a stream of HTTP/2 needs; false, and others are asked to make some, when there is none. A
    /// client begins a hundred streams with a few bytes, so that they are counted before anything comes of them.
    func takesRoomOfStream() -> Bool {
        if memory.count(kept: keptBytes, in: loop.services.memory) { return true }
        loop.refused(.overloaded, client: identity?.address ?? "unknown")
        loop.makeRoomLater()
        return false
    }

    /// Counts what is held now. Whoever would hold more than is left gives way, but not before the turn of the loop is
    /// over: this is called in the midst of answers, of which the rest must find the connection as it was.
    func accountForMemory() {
        guard phase != .closed, !mustGiveWay, !memory.count(kept: keptBytes, in: loop.services.memory) else { return }
        mustGiveWay = true
        loop.eventLoop.assumeIsolated().execute { self.makeWay() }
    }

    private func makeWay() {
        mustGiveWay = false
        guard phase != .closed, !memory.count(kept: keptBytes, in: loop.services.memory) else { return }
        loop.makeRoom(for: self)
        guard phase != .closed, !memory.count(kept: keptBytes, in: loop.services.memory) else { return }
        shedMemory()
    }

    private var keptBytes: Int {
        let unread = buffer.readableBytes
        let own = unread == 0 ? 0 : bufferIsShared ? unread : RetainedBytes.of(buffer)
        return own + (exchange?.retainedBytes ?? 0) + (carrier?.version == .http2 ? Self.streamCost : 0)
    }

    /// There is no memory for it.
    private func shedMemory() {
        switch phase {
        case .closed, .lingering: break
        case .draining: closeLingering()
        case .head where takesResponse: refuse(Denial(.overloaded))
        case .head: cutQueued()
        case .deciding:
            if request?.refusal == nil { deny(Denial(.overloaded)) }
            dropUnread()
        case .forwarding:
            if body.isComplete { dropUnread() }
            guard !memory.count(kept: keptBytes, in: loop.services.memory) else { return }
            cutHeldBackResponse()
        }
    }

    /// Gives up what the client has sent behind the request: the connection ends with its response, so that the client
    /// knows that nothing came of it (RFC 9112 §9.6).
    private func dropUnread() {
        guard buffer.readableBytes > 0 else { return }
        buffer = ByteBuffer()
        request?.endsConnection()
        closesAfterResponse = true
    }

    /// Ends a connection whose client doesn't take what was written, so that others get its memory.
    func cutQueued() {
        if exchange != nil { return cutHeldBackResponse() }
        loop.responseCut(.clientSlow, client: identity?.address ?? "unknown")
        abort()
    }
}
