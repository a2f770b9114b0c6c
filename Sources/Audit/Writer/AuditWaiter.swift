import Synchronization

/// What became of a record.
public enum AuditOutcome: Hashable, Sendable {
    /// It is where the durability wants it, and the refusal may be answered.
    case written
    /// It couldn't be written in time, and the client has to be answered 503 instead, which the record will say. It is
    /// kept, and tried again until the log is closed.
    case retained
}

/// A record that somebody waits for.
public struct AuditSubmission: Sendable {
    /// The record.
    public let draft: AuditDraft
    /// By what the waiter knows it.
    public let ticket: Int

    /// A record with its ticket.
    public init(_ draft: AuditDraft, ticket: Int) {
        self.draft = draft
        self.ticket = ticket
    }
}

/// What becomes of records that were handed over: those that come first wait, those that come next are accepted at
/// once, and the rest is refused. Of the first two, one is always 0 unless records are dropped.
public struct AuditAdmission: Hashable, Sendable {
    /// How many will be reported to the waiter.
    public let waiting: Int
    /// How many refusals may be answered now, without another word.
    public let accepted: Int
}

/// What became of a record that somebody waits for.
public struct AuditSettlement: Hashable, Sendable {
    /// By what the waiter knows it.
    public let ticket: Int
    /// What became of it.
    public let outcome: AuditOutcome
}

/// Is told what became of records.
public protocol AuditWaiter: AnyObject, Sendable {
    /// What became of records, in their order. Each that waits is told of once, as `retained` as soon as it is known
    /// that it can't be written now. Called on the writer's thread, which it must not hold up.
    func settled(_ settlements: [AuditSettlement])
}

/// Waits for a single record, and holds up who calls.
final class BlockingWaiter: AuditWaiter {
    private let outcome = Mutex<AuditOutcome?>(nil)
    private let signal = ThreadSignal()

    func settled(_ settlements: [AuditSettlement]) {
        outcome.withLock { $0 = settlements.last?.outcome }
        signal.wake()
    }

    func wait() -> AuditOutcome {
        while true {
            if let outcome = outcome.withLock({ $0 }) { return outcome }
            _ = signal.wait(nanoseconds: 1_000_000_000)
        }
    }
}
