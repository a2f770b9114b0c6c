import CurlTransport
import HTTP1
import NIOCore
import ScopeModel

/// What passes between the client and the upstream.
extension InboundConnection {
    /// The request may pass.
    ///
    /// - Parameters:
    ///   - current: The request.
    ///   - head: Its head.
    ///   - bytes: Those of the head, and what has come behind them.
    func admit(_ current: CurrentRequest, _ head: RequestHead, _ bytes: Span<UInt8>) {
        let snapshot = current.snapshot
        current.observed.decision = .allow
        if let limit = current.bodyLimit, case .length(let count) = head.framing, count > limit {
            return deny(Denial(.bodyTooLarge))
        }
        phase = .forwarding
        prepareAllowedRecord(current)
        if let served = snapshot.servedCatalog, serve(served, head) { return }
        let inFlight = loop.services.metrics.inFlight.add(1, ordering: .relaxed).newValue
        current.isInFlight = true
        guard inFlight <= snapshot.limits.inFlight else { return deny(Denial(.overloaded)) }
        forward(current, snapshot, head, bytes)
    }

    private func forward(
        _ current: CurrentRequest,
        _ snapshot: RuntimeSnapshot,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) {
        guard let identity else { return }
        let upstream = loop.upstreams.upstream(current.forwarding.upstream ?? 0, of: snapshot.upstreams)
        let exchange = beginExchange(head, upstream, snapshot.limits.head)
        let view = buffer
        // Only with a body can it be refused before this call is over.
        if head.framing != .none { headBeingForwarded = view }
        defer { headBeingForwarded = nil }
        exchange.writeHead { outgoing in
            UpstreamRequestHead(
                head: head,
                client: identity,
                rules: snapshot.headerRules,
                host: exchange.upstreamHost,
                fallbackHost: exchange.ownHost,
                requestID: current.id,
                keyID: current.grant?.keyIDUTF8 ?? [],
                clientsID: current.clientsID,
                closes: exchange.asksToClose,
                traceparent: current.seen?.trace?.beginUpstream(at: current.observed.decidedAt)
            ).write(bytes, to: &outgoing)
        }
        buffer.moveReaderIndex(forwardBy: head.byteCount)
        if body.isComplete {
            exchange.endBody()
        } else {
            if current.expectsContinue, buffer.readableBytes == 0 { sendContinue() }
            forwardBody()
            guard self.exchange === exchange else { return }
        }
        arm(.connection)
        exchange.start()
        guard self.exchange === exchange else { return }
        if exchange.isConnected || !body.isComplete { arm(.body) }
        if exchange.isQueued || !body.isComplete { prepareLateRefusal(head: view) }
        exchange.flush()
    }

    private func sendContinue() {
        var interim = ByteBuffer()
        interim.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        send(interim)
    }

    /// Passes on what is at hand of the body.
    func forwardBody() {
        guard let exchange, phase == .forwarding else { return }
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        var offset = 0
        reading: while true {
            let start = offset
            let event = body.next(bytes, offset: &offset)
            // What the body's reader has taken leaves the buffer before anything else happens: should the exchange fail
            // in the midst of this, the next request begins where the body ends and nowhere else.
            buffer.moveReaderIndex(forwardBy: offset - start)
            switch event {
            case .needMore: break reading
            case .data(let range):
                if exceedsLimit(adding: range.count) {
                    exchange.cancel()
                    return exchangeFailed(.bodyTooLarge, responseBegun: exchange.responseHasBegun)
                }
                request?.observed.bytesReceived &+= UInt64(range.count)
                exchange.appendBody(bytes, range)
            // Request trailers have been checked by nobody, so nobody gets them (RFC 9110 §6.5.1 lets them be dropped).
            case .trailer: continue
            case .end:
                exchange.endBody()
                break reading
            case .failed(let error):
                exchange.cancel()
                return exchangeFailed(
                    .invalidRequestFraming,
                    responseBegun: exchange.responseHasBegun,
                    message: error.message
                )
            }
            guard self.exchange === exchange else { return }
        }
        if inputHasEnded, !body.isComplete { return abandon() }
        exchange.flush()
    }

    /// The body is not what its head says, as what carries it finds.
    func bodyIsMalformed(_ message: StaticString) {
        guard phase == .forwarding, !body.isComplete, let exchange else {
            carrier?.transport?.cut()
            return
        }
        exchange.cancel()
        exchangeFailed(.invalidRequestFraming, responseBegun: exchange.responseHasBegun, message: message)
    }

    private func exceedsLimit(adding count: Int) -> Bool {
        guard let limit = request?.bodyLimit else { return false }
        request?.bodyByteCount += UInt64(count)
        return (request?.bodyByteCount ?? 0) > limit
    }

    // MARK: Told by the exchange

    /// Something has moved between the gateway and the upstream.
    func upstreamProgressed() {
        guard phase == .forwarding, let exchange else { return }
        if exchange.requestIsSent {
            arm(exchange.responseHasBegun ? .response : .firstByte)
        } else {
            arm(.body)
        }
    }

    /// The request is being sent to this server.
    func upstreamChosen(_ target: UpstreamTarget) {
        request?.seen?.server = target
    }

    /// A connection is being made for a request that had to wait for it, or that is repeated.
    func upstreamConnecting() {
        guard phase == .forwarding else { return }
        arm(body.isComplete ? .connection : .body)
    }

    func requestWasSent() {
        guard phase == .forwarding, exchange?.responseHasBegun == false else { return }
        arm(.firstByte)
    }

    func requestBacklogCleared() {
        resumeReading()
    }

    /// The client doesn't take the response as fast as it comes.
    func responseHeldBack() {
        guard phase == .forwarding else { return }
        armForTaking()
    }

    /// Bytes of the response have come.
    func responseReceived() {
        request?.observed.received()
    }

    /// The head of the response is about to be sent.
    ///
    /// - Parameters:
    ///   - status: Its status.
    ///   - closesAnyway: The body can only end with the connection.
    func beginResponse(status: Int, closesAnyway: Bool) -> Envelope.Delivery {
        request?.observed.status = status
        let isHead = request?.isHead ?? false
        // An answer that comes before the end of the request may be complete before it: what the client still sends
        // would then stand where its next request is expected.
        let closes = closesAnyway || !(request?.keepsAlive ?? false) || !body.isComplete || endsWithResponse
        closesAfterResponse = closes
        let id = request?.id ?? loop.nextRequestID()
        arm(.response)
        return Envelope.Delivery(requestID: id, date: loop.httpDate(), closes: closes, omitsBody: isHead)
    }

    /// Writes bytes of the response, which are sent with the next ones at the latest.
    func writeResponse(_ bytes: ByteBuffer) {
        request?.observed.bytesSent &+= UInt64(bytes.readableBytes)
        write(bytes)
    }

    /// Sends what was written of the response and these bytes, of which there may be none.
    func sendResponse(_ bytes: ByteBuffer) {
        request?.observed.bytesSent &+= UInt64(bytes.readableBytes)
        send(bytes)
    }

    func responseCompleted() {
        endExchange()
        guard phase == .forwarding else { return }
        if !closesAfterResponse {
            nextRequest()
        } else if body.isComplete {
            finishRequest()
            closeLingering()
        } else {
            // The backend has answered before the client has sent everything.
            drainRest(thenCloses: true, byteLimit: .max)
        }
    }

    func exchangeFailed(_ reason: DenialReason, responseBegun: Bool, message: StaticString? = nil) {
        if responseBegun { noteCut(CutReason(reason)) }
        exchange = nil
        guard phase == .forwarding else { return }
        if responseBegun {
            abort()
        } else {
            fail(reason, message: message)
        }
    }

    // MARK: Time-outs

    func timedOut() {
        switch awaiting {
        case .nothing: break
        case .close: context?.close(promise: nil)
        case .request: closeIdle()
        case .head:
            // A connection on which nothing has come at all is closed without a word, as an idle one is.
            // So is one that has sent no more than the empty line that may stand before a request.
            if parser.hasBegun { refuseLate() } else { closeIdle() }
        case .body: bodyTimedOut()
        case .rest: closeLingering()
        case .connection: exchangeTimedOut(exchange?.isQueued == true ? .overloaded : .upstreamTimeout)
        case .firstByte, .response: exchangeTimedOut(.upstreamTimeout)
        }
    }

    /// Cuts a response that the client hasn't taken anything of for long, so that others get its connection.
    func cutHeldBackResponse() {
        exchange?.cancel()
        exchangeFailed(.overloaded, responseBegun: true)
    }

    private func closeIdle() {
        // A request that has come meanwhile would be lost.
        if phase == .head, hasUnreadBytes { return arm(.request) }
        if !loop.isDraining { loop.idleClosed(client: identity?.address ?? "unknown") }
        // Where TLS takes leave first, the channel is open for a moment yet.
        phase = .lingering
        context?.close(promise: nil)
    }

    private func bodyTimedOut() {
        if clientTakes() { return armForTaking() }
        // The rest of a body that was refused doesn't come.
        guard phase != .draining else { return closeIdle() }
        guard phase == .forwarding, let exchange else {
            loop.responseCut(.clientSlow, client: identity?.address ?? "unknown")
            abort()
            return
        }
        // Whoever holds up the body is the one that is late.
        let isUpstreamLate = exchange.pausedSince == nil && (exchange.isBackedUp || body.isComplete)
        exchangeTimedOut(exchange.isQueued ? .overloaded : isUpstreamLate ? .upstreamTimeout : .requestTimeout)
    }

    private func exchangeTimedOut(_ reason: DenialReason) {
        guard let exchange else { return }
        if reason == .upstreamTimeout {
            loop.services.metrics.upstreamFailed(.responseTimeout)
            if exchange.timedOut() { return }
        }
        let begun = exchange.responseHasBegun
        exchange.cancel()
        exchangeFailed(reason, responseBegun: begun)
    }

    // MARK: The catalog

    /// Answers with the catalog when it is asked for at the configured path.
    private func serve(_ served: ServedCatalog, _ head: RequestHead) -> Bool {
        let isRead = head.method == .get || head.method == .head
        let view = buffer
        let path = view.readableBytesUInt8Span.array(head.pathRange)
        guard isRead, path == served.path, let current = request else { return false }
        buffer.moveReaderIndex(forwardBy: head.byteCount)
        let closes = !current.keepsAlive || endsWithResponse || !body.isComplete
        var response = loop.takeResponseBuffer()
        response.write(room: 256 + served.body.count) { cursor in
            cursor.append("HTTP/1.1 200 OK\r\nDate: ")
            cursor.append(loop.httpDate())
            cursor.append("\r\nContent-Type: application/json\r\nCache-Control: no-cache\r\nContent-Length: ")
            cursor.append(decimal: served.body.count)
            cursor.append("\r\nX-Request-Id: ")
            current.id.append(to: &cursor)
            if closes { cursor.append("\r\nConnection: close") }
            cursor.append("\r\n\r\n")
            if !current.isHead { cursor.append(served.body) }
        }
        sendResponse(response)
        loop.giveBackResponseBuffer(response)
        request?.observed.answered(status: 200)
        if !closes {
            nextRequest()
        } else {
            finishRequest()
            closeLingering()
        }
        return true
    }
}
