import HTTP1

/// What happens on one connection of the probe: events in, actions out, without sockets and clocks.
///
/// Each phase has one time limit that pieces of an answer don't prolong, so that it ends whatever the backend does.
public struct ProbeConversation {
    /// How long things may take, in milliseconds.
    public struct Limits: Sendable {
        /// An answer.
        public var answer: Int
        /// An early answer.
        public var early: Int

        /// Limits.
        public init(answer: Int, early: Int = 1500) {
            self.answer = answer
            self.early = min(early, answer)
        }
    }

    /// What is to be done.
    public enum Action: Equatable, Sendable {
        /// These bytes are to be sent.
        case send([UInt8])
        /// ``timeIsUp(at:)`` is to be called after so long, and not at the time that was asked for before.
        case wait(milliseconds: Int)
        /// The connection is to be closed: this is what was seen.
        case finish(ProbeObservation)
    }

    /// How much of an answer's content is kept.
    public static let keptBytes = 256 << 10
    /// How much an answer may have.
    static let longestAnswer = 8 << 20

    private enum Phase: Equatable {
        case connecting
        /// The body is held back.
        case holding
        case answering
        case idle(since: Int)
        case over
    }

    private let step: ProbeStep
    private let access: BackendAccess
    private let limits: Limits
    private var phase = Phase.connecting
    private var seen = ProbeObservation()
    /// What has come and is not read yet.
    private var unread: [UInt8] = []
    private var parser = ResponseHeadParser()
    private var current: ProbeAnswer?
    private var reader: BodyReader?
    private var length = 0
    private var sentNext = false

    /// A conversation that has not begun.
    public init(_ step: ProbeStep, _ access: BackendAccess, _ limits: Limits) {
        self.step = step
        self.access = access
        self.limits = limits
    }

    /// The connection is made.
    public mutating func connected() -> [Action] {
        guard phase == .connecting else { return [] }
        if case .heldBody = step.kind, !step.request.body.isEmpty {
            phase = .holding
            return [.send(step.request.head(for: access)), .wait(milliseconds: limits.early)]
        }
        phase = .answering
        return [.send(step.request.bytes(for: access)), .wait(milliseconds: limits.answer)]
    }

    /// The connection could not be made, or is broken.
    public mutating func failed(_ description: String) -> [Action] {
        if case .idle(let since) = phase { return idleEnded(since, since) }
        return finish(.failed(description))
    }

    /// Bytes have come.
    public mutating func received(_ bytes: [UInt8], at now: Int) -> [Action] {
        switch phase {
        case .connecting, .over: return []
        // A server may say why it ends an idle connection (408); when it ends is what counts.
        case .idle: return []
        case .holding, .answering: break
        }
        unread += bytes
        var actions: [Action] = []
        while phase != .over {
            switch readOn() {
            case .needMore: return actions
            case .malformed(let text): return actions + finish(.malformed(text))
            case .answer(let answer): actions += take(answer, now)
            }
            if case .idle = phase { return actions }
        }
        return actions
    }

    /// The backend has closed its side.
    public mutating func ended(at now: Int) -> [Action] {
        switch phase {
        case .over: return []
        case .idle(let since): return idleEnded(since, now)
        case .connecting, .holding, .answering: break
        }
        if let current, reader?.mayEndWithStream == true {
            self.current = nil
            seen.answers.append(current)
            if case .idle = step.kind { return idleEnded(now, now) }
        }
        return finish(.closed)
    }

    /// The time of the phase is up.
    public mutating func timeIsUp(at now: Int) -> [Action] {
        switch phase {
        case .over: return []
        case .holding:
            phase = .answering
            return [.send(step.request.framedBody), .wait(milliseconds: limits.answer)]
        case .idle: return finish(.done)
        case .connecting, .answering: return finish(.late)
        }
    }

    private mutating func take(_ answer: ProbeAnswer, _ now: Int) -> [Action] {
        seen.answers.append(answer)
        switch step.kind {
        case .answer: return finish(.done)
        case .idle(let milliseconds):
            phase = .idle(since: now)
            return [.wait(milliseconds: milliseconds)]
        case .body(let next), .heldBody(let next):
            let wasHolding = phase == .holding
            if wasHolding { seen.cameEarly = true }
            phase = .answering
            guard !sentNext else {
                // Whoever keeps a connection that was to be closed has no more to say than the three.
                return seen.answers.count >= 3 ? finish(.done) : []
            }
            guard answer.keepsConnection else { return finish(.closed) }
            sentNext = true
            let body = wasHolding ? step.request.framedBody : []
            return [.send(body + next.bytes(for: access)), .wait(milliseconds: limits.answer)]
        }
    }

    private mutating func idleEnded(_ since: Int, _ now: Int) -> [Action] {
        seen.idleMilliseconds = now - since
        return finish(.closed)
    }

    private mutating func finish(_ end: ProbeObservation.End) -> [Action] {
        guard phase != .over else { return [] }
        phase = .over
        seen.end = end
        return [.finish(seen)]
    }

    private enum Reading {
        case needMore
        case answer(ProbeAnswer)
        case malformed(String)
    }

    private mutating func readOn() -> Reading {
        if reader == nil {
            // The request behind the body and the one in it are of GET.
            let method: HTTP1.Method =
                seen.answers.isEmpty ? HTTP1.Method.recognise(Array(step.request.method.utf8).span) : .get
            let bytes = unread
            let progress = parser.parse(bytes.span, requestMethod: method)
            switch progress {
            case .needMore: return .needMore
            case .failed(let error): return .malformed("\(error)")
            case .complete: break
            }
            let head = parser.head
            let answer = ProbeAnswer(head, bytes.span)
            unread.removeFirst(head.byteCount)
            parser.reset()
            // Interim answers are none.
            guard !head.isInformational else { return head.status == 101 ? .malformed("status 101") : readOn() }
            current = answer
            length = 0
            reader = BodyReader(framing: head.framing, ofResponse: true)
        }
        guard var reader, var answer = current else { return .needMore }
        var offset = 0
        defer { unread.removeFirst(offset) }
        while true {
            switch reader.next(unread.span, offset: &offset) {
            case .needMore:
                (self.reader, current) = (reader, answer)
                return .needMore
            case .data(let range):
                length += range.count
                guard length <= Self.longestAnswer else { return .malformed("more than \(Self.longestAnswer) bytes") }
                answer.body += unread[range.range].prefix(Self.keptBytes - answer.body.count)
            case .trailer: continue
            case .failed(let error): return .malformed("\(error)")
            case .end:
                (self.reader, current) = (nil, nil)
                return .answer(answer)
            }
        }
    }
}
