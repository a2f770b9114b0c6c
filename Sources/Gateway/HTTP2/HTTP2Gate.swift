import NIOCore

/// Stands below the library's handler and sees that a connection ends about which it has sent an error by GOAWAY: what
/// comes after that doesn't reach it any more.
final class HTTP2Gate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// How long the client has to see why the connection ends (RFC 9113 §5.4.1), which closing at once with bytes unread
    /// would take from it; and how much is thrown away meanwhile.
    private static let lingerTime = TimeAmount.seconds(1)
    private static let lingerLimit = 256 << 10

    private static let headerLength = 9
    private static let goAway: UInt8 = 7
    private static let ping: UInt8 = 6
    /// What the PING behind ``sayFarewell()`` carries.
    static let farewell: UInt64 = 0x73_63_6F_70_65_62_79_65

    /// The client has been told of an error of the connection.
    private(set) var hasFailed = false
    /// How much of the frame that is being sent is yet to come.
    private var leftOfFrame = 0
    private var discarded = 0
    private var isEnding = false
    private var isFlushing = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends GOAWAY that allows all streams yet, and PING: when that is acknowledged the client knows.
    ///
    /// Frames are written whole within one turn of the loop, so it must not be called from within a write.
    func sayFarewell() {
        guard let context, !hasFailed else { return }
        var frames = ByteBuffer()
        for (kind, payload) in [(Self.goAway, UInt64(UInt32.max >> 1) << 32), (Self.ping, Self.farewell)] {
            // Length, kind, no flags, stream 0 (RFC 9113 §4.1).
            frames.writeMultipleIntegers(UInt8(0), UInt16(8), kind, UInt8(0), UInt32(0))
            frames.writeInteger(payload)
        }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(frames)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard hasFailed else { return context.fireChannelRead(data) }
        discarded += unwrapInboundIn(data).readableBytes
        if discarded > Self.lingerLimit { context.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .byteBuffer(let bytes) = unwrapOutboundIn(data), !hasFailed { follow(bytes) }
        context.write(data, promise: promise)
    }

    /// Streams flush each for itself; what they write within one turn of the loop leaves together.
    func flush(context: ChannelHandlerContext) {
        guard !isFlushing else { return }
        isFlushing = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushing = false
            self.flushNow(context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.flush()
        context.close(mode: mode, promise: promise)
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        context.flush()
        guard hasFailed, !isEnding else { return }
        isEnding = true
        let channel = context.channel
        channel.eventLoop.assumeIsolated().execute { channel.close(mode: .output, promise: nil) }
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
    }

    /// Goes from frame to frame. The library writes the header of a frame in one piece.
    private func follow(_ bytes: ByteBuffer) {
        var offset = bytes.readerIndex
        while offset < bytes.writerIndex {
            if leftOfFrame > 0 {
                let count = min(leftOfFrame, bytes.writerIndex - offset)
                leftOfFrame -= count
                offset += count
                continue
            }
            guard let high = bytes.getInteger(at: offset, as: UInt8.self),
                let low = bytes.getInteger(at: offset + 1, as: UInt16.self),
                let kind = bytes.getInteger(at: offset + 3, as: UInt8.self)
            else { return }
            offset += Self.headerLength
            leftOfFrame = Int(high) << 16 | Int(low)
            // RFC 9113 §6.8: the last stream, and then the code.
            if kind == Self.goAway, bytes.getInteger(at: offset + 4, as: UInt32.self) ?? 0 != 0 { hasFailed = true }
        }
    }
}
