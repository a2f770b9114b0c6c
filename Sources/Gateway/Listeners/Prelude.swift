import NIOCore

/// The time that a connection has for what comes before its first request: a header of the PROXY protocol, a handshake.
/// Loop-bound.
final class Prelude: ClientSession {
    private let loop: GatewayLoop
    private var channel: (any Channel)?
    private var timeout: Scheduled<Void>?

    init(loop: GatewayLoop) {
        self.loop = loop
    }

    /// Whether it has begun and hasn't ended.
    var isUnderWay: Bool { channel != nil }

    /// - Parameter late: Called when the time is over, after which the connection is closed.
    func begin(_ channel: any Channel, within limit: TimeAmount, late: @escaping () -> Void) {
        guard self.channel == nil, !loop.isDraining else { return channel.close(promise: nil) }
        self.channel = channel
        loop.add(self)
        timeout = loop.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            late()
            self.abort()
        }
    }

    func end() {
        guard channel != nil else { return }
        channel = nil
        timeout?.cancel()
        timeout = nil
        loop.remove(self)
    }

    func drain() { abort() }

    func abort() {
        let channel = channel
        end()
        channel?.close(promise: nil)
    }
}
