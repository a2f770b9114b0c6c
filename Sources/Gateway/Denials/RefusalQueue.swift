import Audit
import NIOCore
import Synchronization

/// The refusals of a loop, on their way to the audit and back.
///
/// Those that are decided in one turn of the loop are handed over together at its end: one lock, one wake-up of the
/// writer and mostly one write to the file for all of them, and one wake-up of the loop when they may be answered.
///
/// Loop-bound but for what the writer's thread calls; that is why `@unchecked Sendable` is right.
final class RefusalQueue: AuditWaiter, @unchecked Sendable {
    private struct Waiting {
        let connection: InboundConnection
        let denial: Denial
    }

    /// What the writer's thread has said and the loop has not heard yet.
    private struct Settled {
        var outcomes: [(ticket: Int, outcome: AuditOutcome)] = []
        var loopIsTold = false
    }

    private let eventLoop: any EventLoop
    private let audit: AuditLog
    /// By ticket.
    private var waiting: [Waiting?] = []
    private var freeTickets: [Int] = []
    private var submissions: [AuditSubmission] = []
    private var mustHandOver = false
    private let settled = Mutex(Settled())

    init(eventLoop: any EventLoop, audit: AuditLog) {
        self.eventLoop = eventLoop
        self.audit = audit
    }

    /// Has a refusal recorded, and then answered by its connection, unless that can't be done: then it is answered with
    /// 503.
    func submit(_ record: AuditRecord, _ denial: Denial, of connection: InboundConnection) {
        let entry = Waiting(connection: connection, denial: denial)
        let ticket: Int
        if let free = freeTickets.popLast() {
            ticket = free
            waiting[free] = entry
        } else {
            ticket = waiting.count
            waiting.append(entry)
        }
        submissions.append(AuditSubmission(record, ticket: ticket))
        guard !mustHandOver else { return }
        mustHandOver = true
        eventLoop.execute { self.handOver() }
    }

    private func handOver() {
        mustHandOver = false
        var batch: [AuditSubmission] = []
        swap(&batch, &submissions)
        // The memory is used again, unless more refusals come before that.
        defer {
            batch.removeAll(keepingCapacity: batch.count <= Self.keptCapacity)
            if submissions.isEmpty { submissions = batch }
        }
        let admission = audit.append(batch, waiter: self)
        for (index, submission) in batch.enumerated().dropFirst(admission.waiting) {
            let isAccepted = index < admission.waiting + admission.accepted
            answer(submission.ticket, isAccepted ? .written : .retained)
        }
    }

    private func answer(_ ticket: Int, _ outcome: AuditOutcome) {
        guard let entry = waiting[ticket] else { return }
        waiting[ticket] = nil
        freeTickets.append(ticket)
        switch outcome {
        case .written: entry.connection.answer(entry.denial)
        case .retained: entry.connection.answer(Denial(.auditUnavailable))
        }
    }

    // MARK: On the writer's thread

    func settled(_ ticket: Int, _ outcome: AuditOutcome) {
        settled.withLock { $0.outcomes.append((ticket, outcome)) }
    }

    func settledAll() {
        let mustTell = settled.withLock { settled in
            defer { settled.loopIsTold = true }
            return !settled.loopIsTold
        }
        if mustTell { eventLoop.execute { self.answerSettled() } }
    }

    private func answerSettled() {
        let outcomes = settled.withLock { settled in
            settled.loopIsTold = false
            defer { settled.outcomes.removeAll() }
            return settled.outcomes
        }
        for (ticket, outcome) in outcomes { answer(ticket, outcome) }
    }

    /// So many submissions' memory is kept for the next turn.
    private static let keptCapacity = 4096
}
