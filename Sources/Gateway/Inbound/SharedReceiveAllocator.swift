import NIOCore

/// Lets all connections of a loop read into the loop's one piece of memory, which stays in the processor's cache,
/// rather than each into its own.
///
/// Whoever gets the bytes gives the memory back as soon as they are used (``GatewayLoop/giveBackReceiveBuffer(_:)``),
/// and copies what has to be kept.
///
/// Loop-bound, like the loop that it belongs to; that is why `@unchecked Sendable` is right.
struct SharedReceiveAllocator: RecvByteBufferAllocator, @unchecked Sendable {
    let loop: GatewayLoop
    private var isFirst = true

    /// NIO keeps the first buffer of a channel for as long as the channel lives, so that one is small.
    private static let firstSize = 512

    init(loop: GatewayLoop) {
        self.loop = loop
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        isFirst ? allocator.buffer(capacity: Self.firstSize) : loop.takeReceiveBuffer()
    }

    /// That the next buffer may be larger, always: NIO then asks for it rather than use the first one again.
    mutating func record(actualReadBytes: Int) -> Bool {
        isFirst = false
        return true
    }
}
