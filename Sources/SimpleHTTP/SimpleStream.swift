import NIOCore

/// A response body that is written piece by piece, for as long as the client listens.
public final class SimpleStream: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) {
        self.channel = channel
    }

    /// The address of the client; `local` of one that has none.
    public var peer: String { channel.remoteAddress?.ipAddress ?? "local" }

    /// Sends bytes, on any thread. False, and nothing is sent, when the client has gone or doesn't read as fast as is
    /// written.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        guard channel.isActive, channel.isWritable else { return false }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        return true
    }

    /// Ends the body, and with it the connection.
    public func close() {
        channel.close(promise: nil)
    }

    /// Calls this when the client has gone or the body was ended.
    public func onClose(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }
}
