import Testing

@testable import Audit

@Suite struct AuditQueueTests {
    private static func item(_ number: Int) -> AuditQueue.Item {
        AuditQueue.Item(event: .request(.numbered(number)), timeMicroseconds: 0)
    }

    /// Records that can be done without leave half of the places to those that can't.
    @Test func whatCanBeDoneWithoutLeavesRoom() {
        let queue = AuditQueue(capacity: 8)
        #expect((0..<6).map { queue.appendIfHalfEmpty(Self.item($0)) } == [true, true, true, true, false, false])
        #expect((0..<5).map { queue.append(Self.item($0)) } == [.queued, .queued, .queued, .queued, .refused])
        // What was left out is counted by whom it concerns.
        #expect(queue.counts.waiting == 8 && queue.counts.refused == 1 && queue.counts.dropped == 0)
        #expect(queue.take(until: 0).items.count == 8)
        queue.release(5)
        #expect(queue.appendIfHalfEmpty(Self.item(9)))
        queue.close()
        queue.release(4)
        #expect(!queue.appendIfHalfEmpty(Self.item(10)))
    }
}
