import NIOCore
import Testing

@testable import Gateway

@Suite("ConnectionMemory")
struct ConnectionMemoryTests {
    @Test func smallPiecesLeaveLargeMemory() {
        var large = ByteBufferAllocator().buffer(capacity: 64 << 10)
        large.writeString("refused")
        let compact = ConnectionMemory.compact(large)
        #expect(compact == large)
        #expect(compact.storageCapacity < 64)
        // A slice of it keeps all of it.
        large.writeBytes([UInt8](repeating: 1, count: 20_000))
        let slice = large.getSlice(at: 3, length: 100)
        #expect(slice.map { ConnectionMemory.compact($0).storageCapacity } == 128)
        #expect(ConnectionMemory.compact(large).storageCapacity == 64 << 10)
    }

    @Test func countsWhatIsKeptAndWhatWaits() {
        let budget = ByteBudget(limit: 10_000)
        var memory = ConnectionMemory()
        let piece = ByteBuffer(repeating: 1, count: 4096)
        #expect(memory.queuedSince == nil)
        memory.queued(piece)
        #expect(memory.queuedSince != nil && memory.queuedBytes >= 4096)
        let answer1 = memory.count(kept: 1000, in: budget)
        #expect(answer1)
        #expect(budget.held == memory.queuedBytes + 1000)
        memory.queueEmptied()
        #expect(memory.queuedSince == nil)
        let answer2 = memory.count(kept: 1000, in: budget)
        #expect(answer2 && budget.held == 1000)
        let answer3 = memory.count(kept: 0, in: budget)
        #expect(answer3 && budget.held == 0)
    }

    @Test func whatDoesNotFitChangesNothing() {
        let budget = ByteBudget(limit: 1000)
        var first = ConnectionMemory()
        var second = ConnectionMemory()
        let answer4 = first.count(kept: 900, in: budget)
        #expect(answer4)
        let answer5 = second.count(kept: 101, in: budget)
        #expect(!answer5)
        #expect(budget.held == 900)
        first.release(to: budget)
        #expect(budget.held == 0)
        let answer6 = second.count(kept: 101, in: budget)
        #expect(answer6)
        // What was given back isn't given back again.
        first.release(to: budget)
        #expect(budget.held == 101)
    }
}
