import Glibc
import Synchronization
import Testing

@testable import Audit

/// A disk that does what the test says.
private final class ScriptedSink: AuditSink {
    enum Behaviour {
        case takes(atMost: Int)
        case fails(Int32)
        /// Takes this many bytes more, then fails.
        case fillsUp(after: Int)
    }

    let endsInTornLine: Bool
    private let state: Mutex<(behaviour: Behaviour, bytes: [UInt8])>

    init(_ behaviour: Behaviour, endsInTornLine: Bool = false) {
        self.endsInTornLine = endsInTornLine
        state = Mutex((behaviour, []))
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }

    func behave(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError> {
        state.withLock { state in
            let count: Int
            switch state.behaviour {
            case .takes(let most):
                count = min(most, bytes.count - offset)
            case .fails(let code):
                return .failure(AuditWriteError(errno: code))
            case .fillsUp(let room):
                guard room > 0 else { return .failure(AuditWriteError(errno: ENOSPC)) }
                count = min(room, bytes.count - offset)
                state.behaviour = .fillsUp(after: room - count)
            }
            state.bytes += bytes[offset..<(offset + count)]
            return .success(count)
        }
    }
}

@Suite struct AuditWriterTests {
    private let health = Collected<AuditHealth>()

    private func log(_ sink: ScriptedSink, capacity: Int = 1000) throws -> AuditLog {
        try AuditLog(sink: sink, name: "test", capacity: capacity) { [health] in health.add($0) }
    }

    @Test(arguments: [1, 2, 7, 100])
    func partialWritesAreContinued(most: Int) throws {
        let sink = ScriptedSink(.takes(atMost: most))
        let log = try log(sink)
        for number in 0..<50 {
            #expect(log.append(.numbered(number)) { _ in })
        }
        #expect(log.close() == 0)
        #expect(try requestIDs(sink.bytes) == (0..<50).map { "r\($0)" })
        #expect(health.all.isEmpty)
    }

    @Test(arguments: 0..<140)
    func aDiskThatFillsUpAnywhereLosesAndRepeatsNothing(room: Int) async throws {
        let sink = ScriptedSink(.fillsUp(after: room))
        let log = try log(sink)
        let first = await log.append(.numbered(1))
        let second = await log.append(.numbered(2))
        var line: [UInt8] = []
        AuditRecordRenderer.render(.numbered(1), into: &line)
        #expect(first == (room >= line.count ? .written : .retained))
        #expect(second == .retained)
        #expect(!log.isHealthy)
        sink.behave(.takes(atMost: .max))
        #expect(log.close() == 0)
        #expect(try requestIDs(sink.bytes) == ["r1", "r2"])
        #expect(health.all == [.failing(AuditWriteError(errno: ENOSPC)), .healthy])
    }

    @Test func recordsAreWrittenInOrderWhenTheDiskIsBack() async throws {
        let sink = ScriptedSink(.fails(EIO))
        let recovered = AsyncStream.makeStream(of: Void.self)
        let log = try AuditLog(sink: sink, name: "test", capacity: 100) { state in
            if state == .healthy { recovered.continuation.yield() }
        }
        for number in 1...20 {
            #expect(await log.append(.numbered(number)) == .retained)
        }
        #expect(log.counters.waiting == 20)
        sink.behave(.takes(atMost: .max))
        // The writer tries again by itself.
        for await _ in recovered.stream { break }
        #expect(log.isHealthy)
        #expect(await log.append(.numbered(21)) == .written)
        #expect(log.counters == AuditCounters(written: 21, waiting: 0, refused: 0))
        #expect(try requestIDs(sink.bytes) == (1...21).map { "r\($0)" })
    }

    @Test func roomInTheQueueComesBackWithTheDisk() async throws {
        let sink = ScriptedSink(.fails(ENOSPC))
        let log = try log(sink, capacity: 2)
        #expect(await log.append(.numbered(1)) == .retained)
        #expect(await log.append(.numbered(2)) == .retained)
        #expect(await log.append(.numbered(3)) == nil)
        sink.behave(.takes(atMost: .max))
        while log.counters.waiting > 0 { await Task.yield() }
        #expect(await log.append(.numbered(4)) == .written)
        #expect(try requestIDs(sink.bytes) == ["r1", "r2", "r4"])
    }

    @Test func manyBatchesAreWrittenWhole() throws {
        // More than one chunk of 256 KiB.
        let sink = ScriptedSink(.takes(atMost: 10_000))
        let log = try log(sink, capacity: 20_000)
        for number in 0..<8000 {
            #expect(log.append(.numbered(number)) { _ in })
        }
        #expect(log.close() == 0)
        #expect(sink.bytes.count > 512 * 1024)
        #expect(try requestIDs(sink.bytes) == (0..<8000).map { "r\($0)" })
    }

    @Test func aTornLineIsEndedEvenWhenTheFirstWriteFails() async throws {
        let sink = ScriptedSink(.fails(EIO), endsInTornLine: true)
        let log = try log(sink)
        #expect(await log.append(.numbered(1)) == .retained)
        sink.behave(.takes(atMost: 1))
        #expect(log.close() == 0)
        #expect(sink.bytes.first == 0x0A)
        #expect(try requestIDs(sink.bytes) == ["r1"])
    }
}
