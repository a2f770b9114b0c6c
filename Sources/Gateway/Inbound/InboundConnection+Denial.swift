import Audit
import HTTP1
import NIOCore
import ScopeModel

/// Refusals: recorded first, then answered.
extension InboundConnection {
    /// Refuses a request whose head can't be read. The connection ends: where the next request begins nobody knows.
    func refuse(_ error: RequestError) {
        refuse(Denial(error))
    }

    func refuse(_ denial: Denial) {
        request = CurrentRequest(
            snapshot: loop.snapshot,
            id: loop.nextRequestID(),
            keepsAlive: false,
            isHead: false,
            version: .http11,
            expectsContinue: false,
            headLength: 0,
            observed: RequestObservation(),
            seen: loop.observesHeads ? observeUnreadable() : nil
        )
        arm(.nothing)
        deny(denial)
    }

    /// Refuses a request of which the head didn't come in time.
    func refuseLate() {
        refuse(Denial(.requestTimeout))
    }

    /// Refuses the current request: no answer leaves before the record of it has been written.
    func deny(_ denial: Denial) {
        guard let current = request, phase != .closed else { return }
        var denial = denial
        denial.template = current.template
        refuse(denial, current) { auditDraft(of: denial, current, head: buffer, to: &$0) }
        takeHead(of: current)
    }

    /// Has it recorded, and answered then.
    private func refuse(
        _ denial: Denial,
        _ current: CurrentRequest,
        _ record: (_ memory: inout [UInt8]) -> AuditDraft
    ) {
        phase = .deciding
        // It is on record as refused, and nothing else.
        current.pendingRecord = nil
        current.refusal = denial
        arm(.nothing)
        loop.refusals.submit(of: self, record)
    }

    /// All that had to be learnt from the head is on record: it need not be kept while that is written.
    private func takeHead(of current: CurrentRequest) {
        buffer.moveReaderIndex(forwardBy: min(current.headLength, buffer.readableBytes))
    }

    /// Refuses the current request without a record, for none can be made.
    func denyUnrecorded() {
        guard let current = request else { return }
        phase = .deciding
        takeHead(of: current)
        answer(Denial(.auditUnavailable), current)
    }

    /// The refusal is on record, or can't be for the moment.
    func refusalIsSettled(_ outcome: AuditOutcome) {
        guard phase == .deciding, let current = request, let denial = current.refusal else { return }
        switch outcome {
        case .written: answer(denial, current)
        case .retained: answer(Denial(.auditUnavailable), current)
        }
    }

    /// Sends the refusal and turns to what follows it on the connection.
    private func answer(_ denial: Denial, _ current: CurrentRequest) {
        send(denial, current, then: rest(of: current, after: denial.reason))
    }

    /// What follows a refusal on the connection.
    private enum Rest {
        case nextRequest
        /// The rest of a short body is read, and the next request behind it.
        case drainBody
        /// The rest of the body is read, so that a client that is still sending gets the answer, and the connection
        /// ends.
        case drainAndClose
        case linger

        var closes: Bool {
            switch self {
            case .nextRequest, .drainBody: false
            case .drainAndClose, .linger: true
            }
        }

        /// The same, but that the connection ends.
        var closing: Rest {
            switch self {
            case .drainBody, .drainAndClose: .drainAndClose
            case .nextRequest, .linger: .linger
            }
        }
    }

    private func rest(of current: CurrentRequest, after reason: DenialReason) -> Rest {
        // Where a body ends whose head or framing is broken, or that doesn't come, nobody knows.
        guard current.headWasRead, reason != .invalidRequestFraming, reason != .requestTimeout else { return .linger }
        // A client that has reached a limit is not listened to any further, nor is one whose next request is given up.
        let staysOpen = current.headLength > 0 && current.keepsAlive && !reason.isLimit && !endsWithResponse
        switch discardBody() {
        case .broken: return .linger
        case .complete: return staysOpen ? .nextRequest : .linger
        case .incomplete:
            // A client that waits for a 100 may or may not send the body now (RFC 9110 §10.1.1), so the next byte may
            // be the body's or the next request's: the connection ends, but no sooner than one that sends it is
            // through.
            if current.expectsContinue { return .drainAndClose }
            let isShort = body.remainingLength ?? 0 <= current.snapshot.limits.drainedBody
            return staysOpen && isShort ? .drainBody : .drainAndClose
        }
    }

    private func send(_ denial: Denial, _ current: CurrentRequest, then rest: Rest) {
        current.observed.refused(denial.reason)
        loop.refused(denial.reason, client: identity?.address ?? "unknown")
        var response = loop.takeResponseBuffer()
        current.snapshot.envelopes.envelope(for: denial).write(
            Envelope.Delivery(
                requestID: current.id,
                date: loop.httpDate(),
                closes: rest.closes,
                omitsBody: current.isHead
            ),
            to: &response
        )
        sendResponse(response)
        loop.giveBackResponseBuffer(response)
        switch rest {
        case .nextRequest: nextRequest()
        case .drainBody: drainRest(thenCloses: false, byteLimit: current.snapshot.limits.drainedBody)
        case .drainAndClose: drainRest(thenCloses: true, byteLimit: .max)
        case .linger:
            finishRequest()
            closeLingering()
        }
    }

    /// Answers a request that was admitted and then couldn't be served.
    func fail(_ reason: DenialReason, message: StaticString? = nil) {
        guard let current = request, phase == .forwarding else { return }
        let denial = Denial(reason, message: message)
        guard reason.isUpstreamFailure else { return denyLate(denial, current) }
        // It wasn't refused, so it is on record only if those that pass are.
        phase = .deciding
        // The upstream may have taken a part of the body; the connection is worth nothing to the client then.
        let mustClose = !body.isComplete
        let rest = rest(of: current, after: reason)
        send(denial, current, then: mustClose ? rest.closing : rest)
    }

    /// Refuses a request that had passed.
    private func denyLate(_ denial: Denial, _ current: CurrentRequest) {
        var denial = denial
        denial.template = current.template
        let pending = current.pendingRecord
        let head = headBeingForwarded
        // The head has left the buffer, and where the next request would begin nobody knows.
        defer { current.headLength = 0 }
        if let pending {
            refuse(denial, current) { memory in
                pending.record.refused(
                    code: denial.reason.code,
                    status: denial.reason.status,
                    timeMicroseconds: SystemClock.wallMicroseconds,
                    to: &memory
                )
            }
        } else if let head {
            refuse(denial, current) { auditDraft(of: denial, current, head: head, to: &$0) }
        } else {
            current.headLength = 0
            denyUnrecorded()
        }
    }
}
