import HTTP2
import NIOCore

/// Stands below the library's handler.
///
/// It compresses header sections and reads them in the library's place, which would change bytes that aren't UTF-8,
/// can't write a section that is larger than a frame, and ends the connection for one that it finds too large: to the
/// library they are HEADERS frames without content. And it sees that a connection ends about which an error has been
/// sent by GOAWAY: what comes after that doesn't reach the library any more.
final class HTTP2Gate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// How long the client has to see why the connection ends (RFC 9113 §5.4.1), which closing at once with bytes
    /// unread would take from it; and how much is thrown away meanwhile.
    private static let lingerTime = TimeAmount.seconds(1)
    private static let lingerLimit = 256 << 10

    /// Bytes of frames that go on as they are, are copied to those beside them when they are no more than this.
    private static let copiedLimit = 4 << 10
    /// INTERNAL_ERROR and PROTOCOL_ERROR.
    private static let internalError: UInt32 = 2
    private static let protocolError: UInt32 = 1
    /// What the PING behind ``sayFarewell()`` carries.
    static let farewell: UInt64 = 0x73_63_6F_70_65_62_79_65

    /// Which section of a stream.
    private struct SectionName: Hashable {
        let stream: UInt32
        let isHead: Bool
    }

    /// The client has been told of an error of the connection.
    private(set) var hasFailed = false
    /// A frame couldn't be written; the client would take what follows for something else.
    private var isBroken = false
    private var frames: ClientFrames
    private var encoder = FieldSectionEncoder()
    /// The streams that there are.
    private var streams: Set<UInt32> = []
    /// The sections that have come and weren't asked for yet.
    private var received: [SectionName: FieldSection] = [:]
    /// The sections whose frames the library has yet to send, by stream.
    private var announced: [UInt32: [FieldSection]] = [:]
    /// How much of the frame that is being sent is yet to come.
    private var leftOfFrame = 0
    private var discarded = 0
    private var isEnding = false
    private var isFlushing = false
    private var context: ChannelHandlerContext?

    init(_ limits: HTTP2Limits) {
        frames = ClientFrames(sectionLimit: limits.sectionLimit, continuationLimit: limits.continuationLimit)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Streams

    func streamBegun(_ stream: UInt32) { streams.insert(stream) }

    func streamEnded(_ stream: UInt32) {
        streams.remove(stream)
        forget(stream)
    }

    /// The head or the trailers of a request, once.
    func takeSection(of stream: UInt32, isHead: Bool) -> FieldSection? {
        received.removeValue(forKey: SectionName(stream: stream, isHead: isHead))
    }

    /// Says what the next HEADERS frame of a stream is to hold.
    func announce(_ section: FieldSection, on stream: UInt32) { announced[stream, default: []].append(section) }

    /// A frame of a stream couldn't be written. Unless the stream or the connection was closed before, the client has
    /// not got all that it was sent, and nobody knows what it takes the rest for: the connection ends.
    func writeFailed(_ error: any Error, on stream: UInt32) {
        announced[stream] = nil
        guard let failure = HTTP2WriteFailure(error) else { return }
        breakOff(failure)
    }

    private func forget(_ stream: UInt32) {
        frames.forget(stream: stream)
        received[SectionName(stream: stream, isHead: true)] = nil
        received[SectionName(stream: stream, isHead: false)] = nil
        announced[stream] = nil
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let incoming = unwrapInboundIn(data)
        guard !hasFailed else {
            discarded += incoming.readableBytes
            if discarded > Self.lingerLimit { context.close(promise: nil) }
            return
        }
        let bytes = incoming.readableBytesUInt8Span
        var offset = 0
        var passing = ByteBuffer()
        var begun: [UInt32] = []
        reading: while true {
            switch frames.next(bytes, offset: &offset) {
            case .needMore: break reading
            case .pass(let range):
                let start = incoming.readerIndex + range.lowerBound
                guard var slice = incoming.getSlice(at: start, length: range.count) else { break reading }
                if range.count <= Self.copiedLimit {
                    passing.writeBuffer(&slice)
                } else {
                    pass(&passing, context)
                    context.fireChannelRead(wrapInboundOut(slice))
                }
            case .insert(let frame): passing.writeBytes(frame)
            case .section(let section, let stream, let isHead):
                received[SectionName(stream: stream, isHead: isHead)] = section
                begun.append(stream)
            case .tableLimit(let limit): encoder.limitTable(to: limit)
            case .broken:
                pass(&passing, context)
                // The library has found it, and told the client. Nothing would hold if it hadn't.
                if !hasFailed { end(Self.protocolError) }
            }
        }
        pass(&passing, context)
        // Those that the library has refused.
        for stream in begun where !streams.contains(stream) { forget(stream) }
    }

    private func pass(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        let whole = bytes
        bytes = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(whole))
    }

    // MARK: What goes

    /// Sends GOAWAY that allows all streams yet, and PING: when that is acknowledged the client knows.
    ///
    /// Frames are written whole within one turn of the loop, so it must not be called from within a write.
    func sayFarewell() {
        guard let context, !hasFailed else { return }
        var out = ByteBuffer()
        for (kind, payload) in [
            (FrameHeader.Kind.goAway, UInt64(UInt32.max >> 1) << 32), (FrameHeader.Kind.ping, Self.farewell),
        ] {
            out.writeBytes(FrameHeader(length: 8, kind: kind).bytes)
            out.writeInteger(payload)
        }
        // A write to the socket that fails closes the channel.
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(out)), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isBroken else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        if case .byteBuffer(let bytes) = unwrapOutboundIn(data) {
            if let header = follow(bytes) { return writeSection(header, context, promise) }
        }
        context.write(data, promise: promise)
    }

    /// Goes from frame to frame. The library writes the header of a frame in one piece.
    ///
    /// - Returns: The header of the frame that the bytes are, when it is HEADERS.
    private func follow(_ buffer: ByteBuffer) -> FrameHeader? {
        let bytes = buffer.readableBytesUInt8Span
        var offset = 0
        while offset < bytes.count {
            if leftOfFrame > 0 {
                let count = min(leftOfFrame, bytes.count - offset)
                leftOfFrame -= count
                offset += count
                continue
            }
            guard let header = FrameHeader(bytes, at: offset) else { return nil }
            // The library writes each frame by itself.
            if offset == 0, header.kind == FrameHeader.Kind.headers { return header }
            offset += FrameHeader.byteCount
            leftOfFrame = header.length
            // RFC 9113 §6.8: the last stream, and then the code.
            if header.kind == FrameHeader.Kind.goAway, header.length >= 8, bytes.count - offset >= 8 {
                hasFailed = hasFailed || (4..<8).contains { bytes[offset + $0] != 0 }
            }
        }
        return nil
    }

    private func writeSection(
        _ header: FrameHeader,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        guard let section = announced[header.stream]?.first else {
            let error = ChannelError.inappropriateOperationForState
            promise?.fail(error)
            return breakOff(error)
        }
        announced[header.stream]?.removeFirst()
        let frames = FrameHeader.frames(
            ofSection: encoder.encode(section),
            stream: header.stream,
            endsStream: header.has(FrameHeader.Flag.endStream)
        )
        context.write(wrapOutboundOut(.byteBuffer(ByteBuffer(bytes: frames))), promise: promise)
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

    // MARK: The end

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.flush()
        context.close(mode: mode, promise: promise)
    }

    private func breakOff(_ error: any Error) {
        guard !isBroken, let context else { return }
        end(Self.internalError)
        isBroken = true
        context.fireErrorCaught(error)
    }

    private func end(_ code: UInt32) {
        guard let context else { return }
        hasFailed = true
        var out = ByteBuffer(bytes: FrameHeader(length: 8, kind: FrameHeader.Kind.goAway).bytes)
        out.writeMultipleIntegers(UInt32.max >> 1, code)
        // A write to the socket that fails closes the channel.
        context.write(wrapOutboundOut(.byteBuffer(out)), promise: nil)
        flush(context: context)
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        context.flush()
        guard hasFailed, !isEnding else { return }
        isEnding = true
        let channel = context.channel
        channel.eventLoop.assumeIsolated().execute { channel.close(mode: .output, promise: nil) }
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
    }
}
