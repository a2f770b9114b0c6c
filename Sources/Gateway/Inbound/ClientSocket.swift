import Glibc
import NIOCore
import NIOPosix

/// The socket of a client's plain connection, to which responses go by one system call, past the channel's queue of
/// writes: what the queue does for a response that fits is a good part of what the gateway does for a request.
///
/// It sends only while the queue is empty, so the order is kept. What the system doesn't take now is left to the
/// channel, as is the finding of errors, so that waiting for room, back-pressure and the closing of broken connections
/// are the channel's alone.
struct ClientSocket {
    private let descriptor: NIOBSDSocket.Handle
    /// Something was given to the channel, and may be waiting in its queue.
    private(set) var mayBeQueued = false

    /// Nil when the channel isn't a socket's own.
    ///
    /// The descriptor is the channel's: it must not be used once the channel is closed.
    init?(of context: ChannelHandlerContext) {
        let found = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let found else { return nil }
        descriptor = found
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Something is given to the channel.
    mutating func queue() { mayBeQueued = true }

    /// Sends what the system takes at once, if nothing waits that has to go before it; how many bytes that was.
    mutating func send(_ bytes: ByteBuffer, before channel: @autoclosure () -> (any Channel)?) -> Int {
        if mayBeQueued {
            guard (try? channel()?.syncOptions?.getOption(.bufferedWritableBytes)) == 0 else { return 0 }
            mayBeQueued = false
        }
        return bytes.withUnsafeReadableBytes { memory in
            max(0, Glibc.send(descriptor, memory.baseAddress, memory.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT)))
        }
    }
}
