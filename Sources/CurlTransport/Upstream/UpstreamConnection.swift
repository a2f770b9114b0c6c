import CCurl
import Glibc
import NIOCore

/// Who uses an ``UpstreamConnection`` at the moment.
///
/// A class to be subclassed rather than a protocol, so that the calls on the path of every request are plain indirect
/// calls. All of them come on the connection's event loop.
open class UpstreamConnectionUser {
    /// A user that ignores everything.
    public init() {}
    /// After it has waited, a connection is being made for it.
    open func upstreamConnecting(_ connection: UpstreamConnection) {}
    /// The connection is open and may be written to.
    open func upstreamConnected(_ connection: UpstreamConnection) {}
    /// No connection could be had. There will be no further call.
    open func upstreamConnectFailed(_ failure: CurlFailure) {}
    /// ``UpstreamConnection/receive(into:)`` may have something: bytes, the end of the stream, or an error.
    open func upstreamReadable(_ connection: UpstreamConnection) {}
    /// ``UpstreamConnection/send(_:)`` may take bytes again.
    open func upstreamWritable(_ connection: UpstreamConnection) {}
}

/// One connection to an upstream that libcurl makes, secures and carries (`CURLOPT_CONNECT_ONLY`); the bytes on it are
/// its user's.
///
/// Each connection has a multi handle of its own. In one multi handle for all of a loop, libcurl 7.88 looks a
/// connection up by walking all of them on each send and receive, and when it makes a new connection it closes those
/// that it believes idle, which connect-only ones always seem to be (lib/url.c, `prune_dead_connections`): after 118 s,
/// or as soon as the peer has closed its side. DNS results and TLS sessions are shared through the loop.
///
/// On a connection without TLS the bytes go straight to the socket that libcurl has opened (CURLINFO_ACTIVESOCKET):
/// `curl_easy_send` and `curl_easy_recv` would make the same system calls, but find the connection each time by walking
/// the multi handle's table, whose few kilobytes are out of the processor's cache by the time that a connection among
/// hundreds is used again.
///
/// Loop-bound: every member is used on the loop's thread alone.
public final class UpstreamConnection: DescriptorWatcher {
    /// What a call of ``send(_:)`` did.
    public enum SendResult {
        /// So many bytes were taken, at least one.
        case sent(Int)
        /// Nothing was taken; ``UpstreamConnectionUser/upstreamWritable(_:)`` follows.
        case wouldBlock
        /// The connection is broken for sending; what the peer had sent before may still be received.
        case failed(CurlFailure)
    }

    /// What a call of ``receive(into:)`` gave.
    public enum ReceiveResult {
        /// So many bytes, at least one.
        case received(Int)
        /// Nothing now; ``UpstreamConnectionUser/upstreamReadable(_:)`` follows.
        case wouldBlock
        /// The peer ended the stream in order.
        case endOfStream
        /// The connection is broken.
        case failed(CurlFailure)
    }

    /// The most that one call of ``receive(into:)`` gives, in bytes.
    public static let receiveLimit = 64 << 10

    private enum State {
        case connecting
        case open(curl_socket_t)
        case closed
    }

    /// The one that is told of what happens. Weak would cost atomic work per event; users let go by ``release()``.
    @exclusivity(unchecked) public private(set) var user: UpstreamConnectionUser?
    /// How many requests were begun on this connection before the present one.
    public internal(set) var useCount = 0
    /// When it was opened, for the pool's age limit.
    let openedAt: NIODeadline
    /// When it was last given back to the pool.
    var idleSince: NIODeadline = .uptimeNanoseconds(0)
    /// How long it may lie idle by what the upstream said last; nil where it said nothing.
    var idleLimit: TimeAmount?
    /// Called when an idle connection (one with no user) turns readable or breaks.
    var idleEvent: ((UpstreamConnection) -> Void)?
    /// Called once when it is closed, whoever closed it.
    var onClose: ((UpstreamConnection) -> Void)?

    private let loop: CurlLoop
    private let easy: EasyHandle
    private let multi: CurlMulti
    private let isTLS: Bool
    @exclusivity(unchecked) private var state = State.connecting
    private var mayRead = false
    private var mayWrite = false
    private var peerClosed = false

    init(loop: CurlLoop, target: UpstreamTarget, user: UpstreamConnectionUser) throws(CurlFailure) {
        self.loop = loop
        self.user = user
        self.isTLS = target.tls != nil
        self.openedAt = CoarseClock.now
        self.multi = try CurlMulti(loop: loop)
        var easy = try EasyHandle(loop: loop, trust: target.tls?.trust)
        easy.apply(target)
        easy.set(CURLOPT_CONNECT_ONLY, 1)
        easy.set(CURLOPT_FRESH_CONNECT, 1)
        // libcurl gives no more than this at once, however much there is (lib/sendf.c, `Curl_read`).
        easy.set(CURLOPT_BUFFERSIZE, Self.receiveLimit)
        self.easy = easy
        super.init()
        multi.finished = { [unowned self] _, code in self.connectFinished(code) }
    }

    /// Starts connecting. The outcome comes to the user, never before this returns.
    func connect() {
        do {
            try multi.add(easy.raw)
        } catch {
            loop.eventLoop.assumeIsolated().execute { self.connectFailed(error) }
        }
    }

    private func connectFinished(_ code: CURLcode) {
        guard case .connecting = state else { return }
        guard code == CURLE_OK else { return connectFailed(CurlFailure(code: code)) }
        var socket: curl_socket_t = -1
        guard ccurl_easy_get_socket(easy.raw, &socket) == CURLE_OK, socket >= 0 else {
            return connectFailed(CurlFailure(kind: .connect, description: "libcurl gave no socket"))
        }
        state = .open(socket)
        mayWrite = true
        // TLS may hold bytes that it has already read, of which no socket will tell.
        mayRead = isTLS
        guard loop.watchEdges(socket, watcher: self) else {
            return connectFailed(CurlFailure(kind: .other, description: "the socket can't be watched"))
        }
        user?.upstreamConnected(self)
    }

    private func connectFailed(_ failure: CurlFailure) {
        let user = user
        close()
        user?.upstreamConnectFailed(failure)
    }

    /// Whether it is open: neither still connecting nor closed.
    public var isOpen: Bool {
        if case .open = state { return true }
        return false
    }

    /// Whether it has been closed.
    public var isClosed: Bool {
        if case .closed = state { return true }
        return false
    }

    /// Whether a call of ``receive(into:)`` is worth making without waiting for readiness.
    public var isReadable: Bool { mayRead }

    /// Whether the loop has seen something happen on the socket that the connection hasn't been told of yet.
    var hasUnservedEvent: Bool {
        guard case .open(let socket) = state else { return false }
        return loop.hasUnservedEvent(socket)
    }

    func assign(_ user: UpstreamConnectionUser) {
        self.user = user
        useCount += 1
    }

    /// Takes the user away, so that nobody is told of anything; ``idleEvent`` is told instead.
    func release() {
        user = nil
    }

    /// Sends what the socket takes now.
    public func send(_ bytes: UnsafeRawBufferPointer) -> SendResult {
        guard case .open(let socket) = state, let base = bytes.baseAddress, bytes.count > 0 else {
            return .failed(CurlFailure(kind: .io, description: "the connection is closed"))
        }
        let result = isTLS ? sendSecured(base, bytes.count) : sendPlain(socket, base, bytes.count)
        if case .wouldBlock = result { mayWrite = false }
        return result
    }

    /// Receives what is there now.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        guard case .open(let socket) = state, let base = buffer.baseAddress, buffer.count > 0 else {
            return .failed(CurlFailure(kind: .io, description: "the connection is closed"))
        }
        let count = min(buffer.count, Self.receiveLimit)
        let result = isTLS ? receiveSecured(base, count) : receivePlain(socket, base, count)
        switch result {
        // A short read of a plain socket has emptied it: what comes later makes a new edge, unless the peer's end of
        // stream, whose edge has been seen, is all that is left. TLS may have more in hand.
        case .received(let received) where received < count && !isTLS && !peerClosed: mayRead = false
        case .wouldBlock: mayRead = false
        default: break
        }
        return result
    }

    private func sendPlain(_ socket: curl_socket_t, _ base: UnsafeRawPointer, _ count: Int) -> SendResult {
        while true {
            let sent = ccurl_send(socket, base, count)
            if sent > 0 { return .sent(sent) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(CurlFailure(errno: code))
            }
        }
    }

    private func sendSecured(_ base: UnsafeRawPointer, _ count: Int) -> SendResult {
        var sent = 0
        let code = curl_easy_send(easy.raw, base, count, &sent)
        switch code {
        case CURLE_OK where sent > 0: return .sent(sent)
        case CURLE_OK, CURLE_AGAIN: return .wouldBlock
        default: return .failed(CurlFailure(code: code))
        }
    }

    private func receivePlain(_ socket: curl_socket_t, _ base: UnsafeMutableRawPointer, _ count: Int) -> ReceiveResult {
        while true {
            let received = ccurl_receive(socket, base, count)
            if received > 0 { return .received(received) }
            if received == 0 { return .endOfStream }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(CurlFailure(errno: code))
            }
        }
    }

    private func receiveSecured(_ base: UnsafeMutableRawPointer, _ count: Int) -> ReceiveResult {
        var received = 0
        let code = curl_easy_recv(easy.raw, base, count, &received)
        switch code {
        case CURLE_OK where received > 0: return .received(received)
        case CURLE_OK: return .endOfStream
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed(CurlFailure(code: code))
        }
    }

    /// Closes it at once. The user hears nothing more.
    public func close() {
        switch state {
        case .closed: return
        case .open(let socket): loop.unwatch(socket)
        case .connecting: break
        }
        state = .closed
        user = nil
        multi.remove(easy.raw)
        multi.close()
        let onClose = onClose
        self.onClose = nil
        idleEvent = nil
        onClose?(self)
    }

    override func descriptorReady(_ descriptor: Int32, events: UInt32) {
        if events & (CCURL_EVENT_PEER_CLOSED | CCURL_EVENT_HANGUP | CCURL_EVENT_ERROR) != 0 { peerClosed = true }
        let readable = events & (CCURL_EVENT_IN | CCURL_EVENT_PEER_CLOSED | CCURL_EVENT_HANGUP | CCURL_EVENT_ERROR) != 0
        if readable { mayRead = true }
        guard let user else {
            if readable { idleEvent?(self) }
            return
        }
        if readable { user.upstreamReadable(self) }
        // The user may have changed or gone while it read.
        if events & CCURL_EVENT_OUT != 0, !mayWrite, isOpen {
            mayWrite = true
            self.user?.upstreamWritable(self)
        }
    }
}
