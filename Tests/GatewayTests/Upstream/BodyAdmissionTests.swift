import Testing

@testable import Gateway

@Suite struct BodyAdmissionTests {
    private final class Upload {}

    /// Expectations can't hold calls that mutate a value.
    private final class Door {
        private var admission: BodyAdmission<Upload>

        init(connections: Int) { admission = BodyAdmission(connections: connections) }

        func admit(_ upload: Upload) -> Bool { admission.admit(upload) }
        func release() -> Upload? { admission.release() }
        func cancel(_ upload: Upload) { admission.cancel(upload) }
    }

    @Test func halfOfTheConnectionsAreForIncompleteBodies() {
        for (connections, places) in [(1, 1), (2, 1), (3, 1), (8, 4), (9, 4)] {
            let door = Door(connections: connections)
            var admitted = 0
            for _ in 0..<connections + 1 where door.admit(Upload()) { admitted += 1 }
            #expect(admitted == places, "\(connections) connections")
        }
    }

    @Test func thoseThatWaitGetTheirTurnInOrder() {
        let door = Door(connections: 4)
        let waiting = (0..<3).map { _ in Upload() }
        #expect(door.admit(Upload()) && door.admit(Upload()))
        for upload in waiting { #expect(!door.admit(upload)) }
        for upload in waiting { #expect(door.release() === upload) }
        // Their places are still theirs.
        #expect(!door.admit(Upload()))
    }

    @Test func oneThatNoLongerWaitsIsPassedOver() {
        let door = Door(connections: 2)
        let waiting = (0..<3).map { _ in Upload() }
        #expect(door.admit(Upload()))
        for upload in waiting { #expect(!door.admit(upload)) }
        door.cancel(waiting[0])
        door.cancel(waiting[0])
        door.cancel(Upload())
        #expect(door.release() === waiting[1])
        door.cancel(waiting[2])
        #expect(door.release() == nil)
        #expect(door.admit(Upload()))
    }

    /// Whatever comes and goes: never more than the bound, and nobody waits while there is room.
    @Test func churn() {
        var random = SplitMix(seed: 7)
        let door = Door(connections: 16)
        var admitted: [Upload] = []
        var waiting: [Upload] = []
        for _ in 0..<20_000 {
            switch random.next() % 3 {
            case 0:
                let upload = Upload()
                if door.admit(upload) { admitted.append(upload) } else { waiting.append(upload) }
            case 1 where !admitted.isEmpty:
                admitted.remove(at: Int(random.next() % UInt64(admitted.count)))
                let next = door.release()
                #expect(next === waiting.first)
                if let next {
                    waiting.removeFirst()
                    admitted.append(next)
                }
            case 2 where !waiting.isEmpty:
                door.cancel(waiting.remove(at: Int(random.next() % UInt64(waiting.count))))
            default: break
            }
            #expect(admitted.count <= 8)
            #expect(waiting.isEmpty || admitted.count == 8)
        }
    }
}
