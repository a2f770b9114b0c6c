import Glibc
import Synchronization
import Testing

@testable import Audit

/// A disk that does what the test says.
private final class ScriptedStore: AuditStore, Sendable {
    enum Behaviour {
        case takes(atMost: Int)
        case fails(Int32)
        /// Takes this many bytes more, then fails.
        case fillsUp(after: Int)
        /// Takes all, and says that the file was deleted meanwhile; takes all from then on.
        case vanishesOnce
    }

    private struct State {
        var behaviour: Behaviour
        var bytes: [UInt8] = []
        var committed = 0
        var head: [UInt8] = []
    }

    private let state: Mutex<State>
    /// Whether what was not committed can be taken back at once; otherwise it is when the disk is back.
    private let canTakeBack: Bool

    init(_ behaviour: Behaviour, canTakeBack: Bool = true) {
        state = Mutex(State(behaviour: behaviour))
        self.canTakeBack = canTakeBack
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var head: String { state.withLock { String(decoding: $0.head, as: UTF8.self) } }
    let found = (chain: AuditChain(), recovered: AuditRecovered())
    let length: Int64 = 0
    let firstTime: Int64? = nil

    func behave(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    func prepare() -> Result<Void, AuditWriteError> {
        state.withLock { state in
            state.bytes.removeSubrange(state.committed...)
            return .success(())
        }
    }

    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError> {
        state.withLock { state in
            let count: Int
            switch state.behaviour {
            case .takes(let most):
                count = min(most, bytes.count - offset)
            case .vanishesOnce:
                count = bytes.count - offset
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

    func replaceTorn(with line: [UInt8]) -> Result<Void, AuditWriteError> { .success(()) }

    func commit(synced: Bool, firstTime: Int64) -> AuditCommit {
        state.withLock { state in
            if case .vanishesOnce = state.behaviour {
                state.behaviour = .takes(atMost: .max)
                state.bytes = []
                state.committed = 0
                return .lost
            }
            state.committed = state.bytes.count
            return .done
        }
    }

    func rollBack() {
        guard canTakeBack else { return }
        state.withLock { state in state.bytes.removeSubrange(state.committed...) }
    }

    func reopenLater() {}
    func close() {}
    func rotate() -> Result<Void, AuditWriteError> { .success(()) }

    func note(_ head: [UInt8]) {
        state.withLock { $0.head = head }
    }
}

@Suite struct AuditWriterTests {
    private let health = Collected<AuditHealth>()
    private let problems = Collected<AuditProblem>()

    private func log(
        _ store: ScriptedStore,
        capacity: Int = 1000,
        overflow: AuditOverflow = .failClosed,
        durability: AuditDurability = .written
    ) throws -> AuditLog {
        var options = AuditOptions()
        options.capacity = capacity
        options.overflow = overflow
        options.durability = durability
        options.instance = "test"
        // However slow the machine is, no checkpoint comes of itself.
        options.checkpointDelay = 1_000_000_000_000
        return try AuditLog(
            store: store,
            path: "test",
            options: options,
            health: { [health] in health.add($0) },
            report: { [problems] in problems.add($0) }
        )
    }

    private func append(_ log: AuditLog, _ number: Int) -> AuditLog.Admitted {
        log.append(.numbered(number)) { _ in }
    }

    /// Checks that lines are a whole chain, without a line that was lost on the way.
    private func expectChain(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        var verifier = AuditVerifier(path: "log", signer: nil)
        bytes.withUnsafeBytes { verifier.read($0, file: "test") }
        #expect(verifier.finish().findings == [])
    }

    @Test(arguments: [1, 2, 7, 100])
    func partialWritesAreContinued(most: Int) throws {
        let store = ScriptedStore(.takes(atMost: most))
        let log = try log(store)
        for number in 0..<50 {
            #expect(append(log, number) == .waiting)
        }
        #expect(log.close() == 0)
        #expect(try requestIDs(store.bytes) == (0..<50).map { "r\($0)" })
        #expect(health.all.isEmpty)
    }

    @Test(arguments: Array(stride(from: 0, to: 700, by: 13)), [true, false])
    func aDiskThatFillsUpAnywhereLosesAndRepeatsNothing(room: Int, canTakeBack: Bool) async throws {
        let store = ScriptedStore(.fillsUp(after: room), canTakeBack: canTakeBack)
        let log = try log(store)
        let first = await log.append(.numbered(1))
        let second = await log.append(.numbered(2))
        let length = TestChain.of(1).bytes.count
        #expect(first == (room >= length ? .written : .retained))
        #expect(second == (room >= 2 * length ? .written : .retained))
        #expect(log.isHealthy == (room >= 2 * length))
        if canTakeBack {
            #expect(store.bytes.last ?? 0x0A == 0x0A)
            expectChain(store.bytes)
        }
        store.behave(.takes(atMost: .max))
        #expect(log.close() == 0)
        #expect(try requestIDs(store.bytes) == ["r1", "r2"])
        expectChain(store.bytes)
        let statuses = try parsedLines(store.bytes).compactMap { $0["status"] as? Int }
        #expect(statuses == [first, second].map { $0 == .written ? 401 : 503 })
        if room < 2 * length { #expect(health.all == [.failing(AuditWriteError(errno: ENOSPC)), .healthy]) }
    }

    @Test func recordsAreWrittenInOrderWhenTheDiskIsBack() async throws {
        let store = ScriptedStore(.fails(EIO))
        let recovered = AsyncStream.makeStream(of: Void.self)
        let log = try AuditLog(
            store: store,
            path: "test",
            health: { state in
                if state == .healthy { recovered.continuation.yield() }
            }
        )
        for number in 1...20 {
            #expect(await log.append(.numbered(number)) == .retained)
        }
        #expect(log.counters.waiting == 20)
        store.behave(.takes(atMost: .max))
        // The writer tries again by itself.
        for await _ in recovered.stream { break }
        #expect(log.isHealthy)
        #expect(await log.append(.numbered(21)) == .written)
        #expect(log.counters.written == 21 && log.counters.waiting == 0 && log.counters.refused == 0)
        expectChain(store.bytes)
        #expect(try requestIDs(store.bytes) == (1...21).map { "r\($0)" })
    }

    /// Lines that go without a checkpoint for a while get one though nothing follows them.
    @Test func aCheckpointComesOfItself() async throws {
        let store = ScriptedStore(.takes(atMost: .max))
        var options = AuditOptions()
        options.checkpointDelay = 1_000_000
        let log = try AuditLog(store: store, path: "test", options: options)
        #expect(await log.append(.numbered(1)) == .written)
        while try events(store.bytes) != ["denied", "checkpoint"] { try await Task.sleep(for: .milliseconds(1)) }
        log.close()
        #expect(try events(store.bytes) == ["denied", "checkpoint"])
    }

    @Test func roomInTheQueueComesBackWithTheDisk() async throws {
        let store = ScriptedStore(.fails(ENOSPC))
        let log = try log(store, capacity: 2)
        #expect(await log.append(.numbered(1)) == .retained)
        #expect(await log.append(.numbered(2)) == .retained)
        #expect(await log.append(.numbered(3)) == nil)
        store.behave(.takes(atMost: .max))
        while log.counters.waiting > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(await log.append(.numbered(4)) == .written)
        #expect(try requestIDs(store.bytes) == ["r1", "r2", "r4"])
    }

    @Test func manyBatchesAreWrittenWhole() throws {
        // More than one chunk of 256 KiB.
        let store = ScriptedStore(.takes(atMost: 10_000))
        let log = try log(store, capacity: 20_000)
        for number in 0..<8000 {
            #expect(append(log, number) == .waiting)
        }
        #expect(log.close() == 0)
        #expect(store.bytes.count > 512 * 1024)
        #expect(try requestIDs(store.bytes) == (0..<8000).map { "r\($0)" })
    }

    @Test func linesOfADeletedFileAreWrittenAgain() async throws {
        let store = ScriptedStore(.takes(atMost: .max))
        let log = try log(store)
        #expect(await log.append(.numbered(1)) == .written)
        store.behave(.vanishesOnce)
        #expect(await log.append(.numbered(2)) == .written)
        #expect(try requestIDs(store.bytes) == ["r2"])
        #expect(problems.all == [.replaced])
        #expect(log.isHealthy)
    }

    @Test func whatIsDroppedIsCountedInTheLog() async throws {
        let store = ScriptedStore(.fails(ENOSPC))
        let log = try log(store, capacity: 2, overflow: .drop)
        for number in 1...2 {
            // Who accepts losses gets the refusals themselves.
            #expect(await log.append(.numbered(number)) == .written)
        }
        while log.counters.failures == 0 { try await Task.sleep(for: .milliseconds(1)) }
        for number in 3...7 { #expect(append(log, number) == .accepted) }
        #expect(!log.isBlocked)
        #expect(log.counters.dropped == 5)
        store.behave(.takes(atMost: .max))
        #expect(log.close() == 0)
        let lines = try parsedLines(store.bytes)
        #expect(lines.compactMap { $0["event"] as? String } == ["denied", "denied", "gap", "checkpoint"])
        #expect(lines.compactMap { $0["dropped"] as? Int } == [5])
        #expect(lines.compactMap { $0["status"] as? Int } == [401, 401])
        expectChain(store.bytes)
    }

    @Test func bufferedRecordsAreAnsweredAtOnceAndWrittenSoon() async throws {
        let store = ScriptedStore(.takes(atMost: .max))
        let log = try log(store, durability: .buffered)
        for number in 1...10 { #expect(append(log, number) == .accepted) }
        while log.counters.written < 10 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try requestIDs(store.bytes) == (1...10).map { "r\($0)" })
    }

    @Test func noStretchIsWithoutACheckpoint() throws {
        let store = ScriptedStore(.takes(atMost: .max))
        let log = try log(store, capacity: 10_000)
        for number in 0..<5000 { #expect(append(log, number) == .waiting) }
        #expect(log.close() == 0)
        let events = try events(store.bytes)
        let places = events.indices.filter { events[$0] == "checkpoint" }
        #expect(places.count == 5 && places.last == events.count - 1)
        for (index, place) in places.dropLast().enumerated() { #expect(place == (index + 1) * 1024 - 1) }
        #expect(store.head.contains("\(events.count),\"hash\":"))
        expectChain(store.bytes)
    }

    @Test func anEndInOrderIsOnRecord() throws {
        let store = ScriptedStore(.takes(atMost: .max))
        let log = try log(store)
        log.append(.start(AuditStart(version: "1", process: 7, generation: 1, digest: "d")))
        log.append(.reload(AuditReload(isApplied: false, generation: 1, trigger: "signal", problem: "routes.yaml:3:1")))
        log.append(.revocation(AuditRevocation(.keyID("k_1"), count: 2, client: "127.0.0.1")))
        #expect(log.close() == 0)
        #expect(try events(store.bytes) == ["start", "checkpoint", "reload", "revocation", "stop", "checkpoint"])
        expectChain(store.bytes)
    }
}
