import Glibc
import NIOCore

/// How much of what was written to a connection the client's system has acknowledged, so that a client that takes a
/// response slowly but steadily can be told from one that takes nothing of it. A channel shows that only when it
/// becomes writable again, which may be some hundred KiB later.
struct ClientProgress: Equatable {
    /// What a client has to take at least for each time that it is given, in bytes: acknowledging one byte now and then
    /// doesn't keep a connection.
    static let least: UInt64 = 1 << 10

    /// Bytes acknowledged since the connection was made.
    let acknowledged: UInt64

    init(acknowledged: UInt64) { self.acknowledged = acknowledged }

    /// Asks what carries the client's requests, or the system, which costs one call.
    init(_ channel: any Channel, _ transport: (any ClientTransport)?) {
        if let taken = transport?.takenBytes {
            acknowledged = taken
            return
        }
        // linux/tcp.h: of `struct tcp_info`, the 64 bits behind the first 120 bytes are tcpi_bytes_acked. A kernel that
        // knows less leaves them zero.
        var acknowledged: UInt64 = 0
        if let socket = channel as? any SocketOptionProvider {
            let information: EventLoopFuture<InlineArray<16, UInt64>> = socket.unsafeGetSocketOption(
                level: .tcp,
                name: .init(rawValue: TCP_INFO)
            )
            // On the channel's own loop it is there at once.
            information.assumeIsolated().whenSuccess { acknowledged = $0[15] }
        }
        self.acknowledged = acknowledged
    }

    /// Whether it shows enough progress over an earlier one.
    func isEnough(since earlier: ClientProgress) -> Bool {
        acknowledged >= earlier.acknowledged + Self.least
    }
}
