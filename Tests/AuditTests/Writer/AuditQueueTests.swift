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
        var pending: [AuditQueue.Item] = []
        #expect(!queue.take(until: 0, into: &pending))
        #expect(pending.count == 8)
        queue.release(5)
        #expect(queue.appendIfHalfEmpty(Self.item(9)))
        queue.close()
        queue.release(4)
        #expect(!queue.appendIfHalfEmpty(Self.item(10)))
    }

    /// What comes together is let in as far as there is room, in its order.
    @Test func aBatchIsLetInAsFarAsThereIsRoom() {
        let refusing = AuditQueue(capacity: 4)
        #expect(refusing.append([]) == (0, .queued))
        #expect(refusing.append((0..<3).map(Self.item)) == (3, .queued))
        #expect(refusing.append((3..<6).map(Self.item)) == (1, .refused))
        #expect(refusing.counts == (4, 2, 0))
        var pending = [Self.item(-1)]
        #expect(!refusing.take(until: 0, into: &pending))
        #expect(pending.map(\.event) == [-1, 0, 1, 2, 3].map { Self.item($0).event })
        refusing.close()
        refusing.release(4)
        #expect(refusing.append([Self.item(7)]) == (0, .refused))

        let dropping = AuditQueue(capacity: 2, dropsBeyondCapacity: true)
        #expect(dropping.append((0..<5).map(Self.item)) == (2, .dropped))
        #expect(dropping.counts == (2, 0, 3))
        #expect(dropping.takeGap()?.count == 3)
    }
}

extension AuditQueue {
    fileprivate func append(_ batch: [Item]) -> (queued: Int, rest: Admission) {
        append(count: batch.count) { batch[$0] }
    }
}
