import HTTP1
import HTTP2
import NIOCore
import NIOHPACK
import NIOHTTP2
import ScopeModel

/// One stream of HTTP/2, as a connection of HTTP/1.1 with one request on it.
///
/// Stands before the ``InboundConnection`` in a stream's pipeline: what comes is written as HTTP/1.1, and what goes,
/// which is HTTP/1.1, is read and sent as frames. Thus both versions have one flow, one parser and one set of rules.
/// Nothing that comes behind the request's end ever gets through.
final class HTTP2Stream: ChannelDuplexHandler, ClientTransport {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Where the request stands.
    private enum Request {
        case head
        /// Its body has so many bytes yet.
        case length(UInt64)
        /// Its body goes on in chunks.
        case chunks
        /// It is whole.
        case complete
        /// It is malformed, and not looked at any further.
        case refused
    }

    /// Our own heads have passed the limits before they get some fields more.
    private static let responseLimits = HeadLimits(requestLine: 1 << 20, fieldCount: 1 << 16, fieldBytes: 1 << 24)

    /// The library tells when a frame has left as a whole, however it is cut on its way, and thus whether the client
    /// takes anything; it is the size to which frames are cut by default (RFC 9113 §4.2).
    private static let largestPiece = 16 << 10

    /// A frame that is to be sent.
    private enum Outgoing {
        /// A header section.
        case section(FieldSection, Section, endsStream: Bool)
        case data(ByteBuffer, endsStream: Bool)
    }

    private enum Section {
        case interim
        case head
        case trailers

        /// What the library needs to know of it; the rest it doesn't get to see.
        var fields: HPACKHeaders {
            switch self {
            case .interim: [":status": "100"]
            case .head: [":status": "200"]
            case .trailers: [:]
            }
        }
    }

    private let gate: HTTP2Gate
    /// Its number; 0 while it isn't known.
    private var number: UInt32 = 0
    /// Set for as long as it stands in the pipeline.
    private var connection: InboundConnection?
    private var context: ChannelHandlerContext?
    private var request = Request.head

    private var response = ResponseStream(requestMethod: .get, limits: HTTP2Stream.responseLimits)
    /// What has been written and not been read yet.
    private var unread = ByteBuffer()
    private var trailers: FieldSection?
    /// The frame that is to be sent next: it may turn out to be the last one.
    private var held: Outgoing?
    private var responseHasBegun = false
    private var responseIsComplete = false
    private var isReset = false
    /// When all that was written has left.
    private var written: EventLoopFuture<Void>?
    private var taken: UInt64 = 0

    /// The handlers of a stream.
    static func handlers(loop: GatewayLoop, carrier: Carrier, gate: HTTP2Gate) -> [any ChannelHandler] {
        let stream = HTTP2Stream(gate)
        var carrier = carrier
        carrier.version = .http2
        carrier.transport = stream
        let connection = InboundConnection(loop: loop, carrier: carrier)
        stream.connection = connection
        return [stream, connection]
    }

    private init(_ gate: HTTP2Gate) { self.gate = gate }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if let id = try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) {
            number = UInt32(Int(id))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
    }

    var takenBytes: UInt64? { taken }

    // MARK: The request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            if case .head = request {
                readHead(headers, context)
            } else {
                readTrailers(headers, context)
            }
        case .data(let data): readBody(data, context)
        default: break
        }
    }

    private func readHead(_ headers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        guard let section = gate.takeSection(of: number, isHead: true) else { return cut() }
        guard connection?.takesRoomOfStream() == true else {
            // Nothing has come of it, so that the client may send it again (RFC 9113 §8.7).
            reset(.refusedStream)
            return context.close(promise: nil)
        }
        guard !section.isTooLarge else {
            request = headers.endStream ? .complete : .refused
            connection?.refuse(Denial(.headersTooLarge))
            return
        }
        var writer = RequestHeadWriter()
        do throws(RequestFieldError) {
            for index in 0..<section.count {
                try writer.add(name: section.name(at: index), value: section.value(at: index))
            }
            switch try writer.finish(endsStream: headers.endStream) {
            case .none: request = .complete
            case .length(let count): request = .length(count)
            case .open: request = .chunks
            }
        } catch {
            request = headers.endStream ? .complete : .refused
            connection?.refuse(Denial(error))
            return
        }
        response = ResponseStream(
            requestMethod: HTTP1.Method.recognise(writer.methodName.span),
            limits: Self.responseLimits
        )
        context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: writer.head)))
    }

    private func readBody(_ data: HTTP2Frame.FramePayload.Data, _ context: ChannelHandlerContext) {
        guard case .byteBuffer(var bytes) = data.data else { return }
        let count = bytes.readableBytes
        switch request {
        case .head, .complete: break
        // Whoever has answered counts what is thrown away.
        case .refused: if responseIsComplete, count > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        case .length(let left):
            guard count <= left else { return refuseBody("The body is longer than Content-Length says.") }
            request = .length(left - UInt64(count))
            if count > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        case .chunks:
            guard count > 0 else { break }
            var chunk = context.channel.allocator.buffer(capacity: count + 16)
            ChunkedEncoder.sizeLine(count).withSpan { size in chunk.write(room: size.count) { $0.append(size) } }
            chunk.writeBuffer(&bytes)
            chunk.writeStaticString("\r\n")
            context.fireChannelRead(wrapInboundOut(chunk))
        }
        if data.endStream { endRequest(context) }
    }

    private func readTrailers(_ trailers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        guard let section = gate.takeSection(of: number, isHead: false) else { return cut() }
        guard !section.isTooLarge else { return refuseBody("The trailers are too large.") }
        do throws(RequestFieldError) {
            for index in 0..<section.count {
                try TrailerFields.check(name: section.name(at: index), value: section.value(at: index))
            }
        } catch {
            return refuseBody(error.message)
        }
        guard trailers.endStream else { return refuseBody("The request has fields in the midst of its body.") }
        endRequest(context)
    }

    private func endRequest(_ context: ChannelHandlerContext) {
        switch request {
        case .head, .complete: break
        case .refused: request = .complete
        case .length(let left):
            guard left == 0 else { return refuseBody("The body is shorter than Content-Length says.") }
            request = .complete
        case .chunks:
            request = .complete
            var last = ByteBuffer()
            last.writeStaticString("0\r\n\r\n")
            context.fireChannelRead(wrapInboundOut(last))
        }
    }

    private func refuseBody(_ message: StaticString) {
        guard let connection else { return }
        if case .refused = request { return }
        request = .refused
        connection.bodyIsMalformed(message)
    }

    // MARK: The response

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        if bytes.readableBytes > 0, !responseIsComplete {
            if unread.readableBytes > 0 {
                unread.writeBuffer(&bytes)
                bytes = unread
                unread = ByteBuffer()
            }
            read(bytes, context)
        }
        guard let promise else { return }
        if let written { written.cascade(to: promise) } else { promise.succeed() }
    }

    private func read(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var offset = 0
        reading: while true {
            switch response.next(bytes.readableBytesUInt8Span, offset: &offset) {
            case .needMore: break reading
            case .head(let start):
                beginResponse(bytes.readableBytesUInt8Span.extracting(start..<bytes.readableBytes), context)
            case .data(let range):
                let start = bytes.readerIndex + Int(range.start)
                guard let slice = bytes.getSlice(at: start, length: range.count) else { return cut() }
                var data = ConnectionMemory.compact(slice, upTo: .max)
                while let piece = data.readSlice(length: min(Self.largestPiece, data.readableBytes)),
                    piece.readableBytes > 0
                {
                    hold(.data(piece, endsStream: false), context)
                }
            case .trailer(let name, let value):
                let all = bytes.readableBytesUInt8Span
                if trailers == nil { trailers = FieldSection() }
                trailers?.add(name: Self.lowercase(all, name).span, value: all.extracting(value.range))
            case .end: return endResponse(context)
            // The gateway's own writing can't be read.
            case .failed: return cut()
            }
            guard !isReset else { return }
        }
        releaseHeld(context)
        if offset < bytes.readableBytes { unread = ByteBuffer(bytes: bytes.readableBytesView.dropFirst(offset)) }
    }

    private func beginResponse(_ bytes: Span<UInt8>, _ context: ChannelHandlerContext) {
        let head = response.head
        var section = FieldSection()
        section.reserve(fields: head.fields.count + 1, bytes: bytes.count)
        section.add(name: Self.statusName, value: Array("\(head.status)".utf8))
        for field in head.fields where Self.isForwarded(field.name) {
            let value = bytes.extracting(field.valueRange.range)
            section.add(name: Self.lowercase(bytes, field.nameRange).span, value: value)
        }
        if head.isInformational {
            response.discardInterimHead()
            return hold(.section(section, .interim, endsStream: false), context)
        }
        responseHasBegun = true
        hold(.section(section, .head, endsStream: false), context)
    }

    private static let statusName = Array(":status".utf8)

    /// RFC 9113 §8.2.2: what is about the connection has no place in HTTP/2.
    private static func isForwarded(_ name: FieldName) -> Bool {
        switch name {
        case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade: false
        default: true
        }
    }

    private static func lowercase(_ bytes: Span<UInt8>, _ name: ByteRange) -> [UInt8] {
        bytes.array(name).map { lowercased($0) }
    }

    private func endResponse(_ context: ChannelHandlerContext) {
        responseIsComplete = true
        unread = ByteBuffer()
        if let trailers {
            releaseHeld(context)
            return send(.section(trailers, .trailers, endsStream: true), context)
        }
        held =
            switch held {
            case .section(let section, let kind, _): .section(section, kind, endsStream: true)
            case .data(let data, _): .data(data, endsStream: true)
            case nil: .data(ByteBuffer(), endsStream: true)
            }
        releaseHeld(context)
    }

    private func hold(_ frame: Outgoing, _ context: ChannelHandlerContext) {
        releaseHeld(context)
        held = frame
    }

    private func releaseHeld(_ context: ChannelHandlerContext) {
        guard let frame = held else { return }
        held = nil
        send(frame, context)
    }

    private func send(_ frame: Outgoing, _ context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let future = promise.futureResult
        written = future
        let payload: HTTP2Frame.FramePayload
        switch frame {
        case .section(let section, let kind, let endsStream):
            gate.announce(section, on: number)
            payload = .headers(.init(headers: kind.fields, endStream: endsStream))
            future.assumeIsolated().whenFailure { self.gate.writeFailed($0, on: self.number) }
        case .data(let data, let endsStream):
            let count = UInt64(data.readableBytes)
            payload = .data(.init(data: .byteBuffer(data), endStream: endsStream))
            future.assumeIsolated().whenComplete { result in
                switch result {
                case .success: self.taken &+= count
                case .failure(let error): self.gate.writeFailed(error, on: self.number)
                }
            }
        }
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    // MARK: The end

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else {
            // The end of the response has ended our side. A reset would tell the client not to send the rest of its
            // request (RFC 9113 §8.1), but many a client that is still sending doesn't read the response then.
            if !responseIsComplete { reset() }
            promise?.succeed()
            return
        }
        reset()
        context.close(mode: mode, promise: promise)
    }

    func cut() {
        reset()
        context?.close(promise: nil)
    }

    func leave() { context?.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        isReset = true
        // The stream ends in the midst of the flush of its last frame. Whoever flushes has yet to finish the request,
        // and learns of the end when it is taken out of the pipeline.
        if !responseIsComplete { context.fireChannelInactive() }
    }

    /// Ends the stream, unless both sides have ended it.
    private func reset(_ reason: HTTP2ErrorCode? = nil) {
        guard !isReset, let context else { return }
        isReset = true
        let code: HTTP2ErrorCode
        switch request {
        // What is missing of the request is of no use any more (RFC 9113 §8.1).
        case .complete where responseIsComplete: return
        case _ where responseIsComplete: code = .noError
        case .refused: code = .protocolError
        case .head, .length, .chunks, .complete: code = reason ?? .internalError
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenFailure { self.gate.writeFailed($0, on: self.number) }
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: promise)
    }
}

extension Denial {
    /// What is said of the fields of a request of HTTP/2 that are malformed.
    init(_ error: RequestFieldError) {
        let reason: DenialReason =
            switch error {
            case .invalidPath, .unsupportedPathForm, .connectMethod: .invalidRequestTarget
            case .missingAuthority, .invalidAuthority, .repeatedHost, .authorityMismatch: .invalidRequestHost
            case .invalidContentLength, .repeatedContentLength, .bodyMissing: .invalidRequestFraming
            case .invalidName, .invalidValue, .connectionField, .invalidTE: .invalidRequestHeader
            case .unknownPseudoField, .repeatedPseudoField, .misplacedPseudoField, .missingPseudoField, .invalidMethod,
                .invalidScheme:
                .invalidRequest
            }
        self.init(reason, message: error.message)
    }
}
