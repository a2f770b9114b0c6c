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
    /// What the writer's thread has said and the loop has not heard yet.
    private struct Settled {
        var settlements: [AuditSettlement] = []
        var loopIsTold = false
    }

    private let eventLoop: any EventLoop
    private let audit: AuditLog
    // Nothing that changes these in place calls anything that could come back to them.
    /// By ticket.
    @exclusivity(unchecked) private var waiting: [InboundConnection?] = []
    @exclusivity(unchecked) private var freeTickets: [Int] = []
    @exclusivity(unchecked) private var submissions: [AuditSubmission] = []
    /// Where the records of the submissions lie.
    @exclusivity(unchecked) private var memory: [UInt8] = []
    /// Memory for what is heard next.
    @exclusivity(unchecked) private var heard: [AuditSettlement] = []
    private var mustHandOver = false
    private let settled = Mutex(Settled())

    init(eventLoop: any EventLoop, audit: AuditLog) {
        self.eventLoop = eventLoop
        self.audit = audit
    }

    /// How many refusals wait to be recorded.
    var waitingCount: Int { waiting.count - freeTickets.count }

    /// Has a refusal recorded, and its connection told when it may be answered, or that it can't be recorded.
    ///
    /// - Parameter record: Makes the record.
    func submit(of connection: InboundConnection, _ record: (_ memory: inout [UInt8]) -> AuditDraft) {
        let ticket: Int
        if let free = freeTickets.popLast() {
            ticket = free
            waiting[free] = connection
        } else {
            ticket = waiting.count
            waiting.append(connection)
        }
        if submissions.isEmpty { memory.reserveCapacity(Self.usualLength) }
        submissions.append(AuditSubmission(record(&memory), ticket: ticket))
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
        var memory: [UInt8] = []
        swap(&memory, &self.memory)
        let admission = audit.append(batch, in: memory, waiter: self)
        for (index, submission) in batch.enumerated().dropFirst(admission.waiting) {
            let isAccepted = index < admission.waiting + admission.accepted
            answer(submission.ticket, isAccepted ? .written : .retained)
        }
    }

    private func answer(_ ticket: Int, _ outcome: AuditOutcome) {
        guard let connection = waiting[ticket].take() else { return }
        freeTickets.append(ticket)
        connection.refusalIsSettled(outcome)
    }

    // MARK: On the writer's thread

    func settled(_ settlements: [AuditSettlement]) {
        let mustTell = settled.withLock { settled in
            settled.settlements.append(contentsOf: settlements)
            defer { settled.loopIsTold = true }
            return !settled.loopIsTold
        }
        if mustTell { eventLoop.execute { self.answerSettled() } }
    }

    private func answerSettled() {
        var settlements: [AuditSettlement] = []
        swap(&settlements, &heard)
        settled.withLock { settled in
            settled.loopIsTold = false
            swap(&settlements, &settled.settlements)
        }
        for settlement in settlements { answer(settlement.ticket, settlement.outcome) }
        settlements.removeAll(keepingCapacity: settlements.count <= Self.keptCapacity)
        heard = settlements
    }

    /// So many submissions' memory is kept for the next turn.
    private static let keptCapacity = 4096
    /// How much memory a few records take.
    private static let usualLength = 4096
}
