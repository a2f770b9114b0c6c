import CurlTransport
import NIOCore

/// The time that a connection has for what comes before its first request: a header of the PROXY protocol, a handshake.
/// Loop-bound.
final class Prelude: ClientSession {
    private let loop: GatewayLoop
    private var channel: (any Channel)?
    private var timeout: Scheduled<Void>?
    private var late: () -> Void = {}
    private weak var transport: (any ClientTransport)?
    private(set) var idleSince: NIODeadline?

    init(loop: GatewayLoop) {
        self.loop = loop
    }

    /// Whether it has begun and hasn't ended.
    var isUnderWay: Bool { channel != nil }

    /// - Parameters:
    ///   - transport: What ends the connection at once where closing the channel doesn't.
    ///   - late: Called when the time is over, after which the connection is closed.
    func begin(
        _ channel: any Channel,
        within limit: TimeAmount,
        transport: (any ClientTransport)? = nil,
        late: @escaping () -> Void
    ) {
        guard self.channel == nil else { return channel.close(promise: nil) }
        self.channel = channel
        self.late = late
        self.transport = transport
        idleSince = CoarseClock.now
        loop.add(self)
        allow(loop.isDraining ? min(limit, loop.snapshot.limits.idleGrace) : limit)
    }

    private func allow(_ limit: TimeAmount) {
        timeout?.cancel()
        timeout = loop.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.late()
            self.abort()
        }
    }

    func end() {
        guard channel != nil else { return }
        channel = nil
        idleSince = nil
        timeout?.cancel()
        timeout = nil
        late = {}
        loop.remove(self)
    }

    /// What was accepted may still come to a request, if it doesn't take its time.
    func drain() { allow(loop.snapshot.limits.idleGrace) }

    /// It is looked at when it ends.
    func snapshotChanged() {}

    func abort() {
        let channel = channel
        end()
        channel?.close(promise: nil)
    }

    func giveWay() -> Bool {
        guard let channel else { return false }
        end()
        if let transport { transport.leave() } else { channel.close(promise: nil) }
        return true
    }
}
