import Introspection
import ScopeModel
import Synchronization
import Testing

@Suite struct IntrospectorConcurrencyTests {
    /// An endpoint that answers at once, on the thread that asks or on another.
    private final class CountingCaller: IntrospectionCalling {
        let answersOnOtherThread: Bool
        private let state = Mutex<(calls: [[UInt8]: Int], running: Int, mostRunning: Int)>(([:], 0, 0))

        init(answersOnOtherThread: Bool) {
            self.answersOnOtherThread = answersOnOtherThread
        }

        var calls: [[UInt8]: Int] { state.withLock { $0.calls } }
        var mostRunning: Int { state.withLock { $0.mostRunning } }

        func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void) {
            state.withLock { state in
                state.calls[key, default: 0] += 1
                state.running += 1
                state.mostRunning = max(state.mostRunning, state.running)
            }
            let answer = { @Sendable [state = self] in
                state.state.withLock { $0.running -= 1 }
                let body = "{\"active\":true,\"key_id\":\"\(String(decoding: key, as: UTF8.self))\"}"
                completion(.answer(status: 200, contentType: Array("application/json".utf8), body: Array(body.utf8)))
            }
            if answersOnOtherThread {
                Task.detached { answer() }
            } else {
                answer()
            }
        }
    }

    @Test(arguments: [false, true])
    func manyTasksMakeOneCallPerKey(answersOnOtherThread: Bool) async throws {
        let caller = CountingCaller(answersOnOtherThread: answersOnOtherThread)
        let clock = TestClock()
        let cache = GrantCache(limits: .init(capacity: 1000))
        let introspector = Introspector(
            call: caller,
            cache: cache,
            catalog: try TestCatalog.make(),
            clock: clock,
            limits: IntrospectorLimits(maximumConcurrentCalls: 8)
        )
        let right = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var right = 0
                    for number in 0..<100 as Range<UInt64> {
                        let outcome = await withCheckedContinuation { continuation in
                            introspector.resolve(
                                digest: .numbered(number),
                                key: Array("\(number)".utf8),
                                now: clock.now,
                                wall: clock.wallSeconds
                            ) { continuation.resume(returning: $0) }
                        }
                        if case .active(let grant) = outcome, grant.keyID == "\(number)" { right += 1 }
                    }
                    return right
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 1600)
        #expect(caller.calls.count == 100)
        #expect(caller.calls.values.allSatisfy { $0 == 1 })
        #expect(caller.mostRunning <= 8)
        #expect(introspector.counters.waiting == 0)
    }

    @Test func answersThatComeAtOnceDoNotRecurse() throws {
        // While the first call is held back a long queue forms, which its completion then works off.
        final class Gate: IntrospectionCalling {
            private let held = Mutex<(@Sendable (IntrospectionCallResult) -> Void)?>(nil)
            private let isFirst = Mutex(true)

            func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void) {
                let isFirst = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if isFirst {
                    held.withLock { $0 = completion }
                } else {
                    completion(.failed(.timedOut))
                }
            }

            func open() {
                held.withLock { $0 }?(.failed(.timedOut))
            }
        }
        let gate = Gate()
        let clock = TestClock()
        let introspector = Introspector(
            call: gate,
            cache: GrantCache(),
            catalog: try TestCatalog.make(),
            clock: clock,
            limits: IntrospectorLimits(maximumConcurrentCalls: 1, maximumWaiters: 50_000, breakerFailures: 0)
        )
        let told = Mutex(0)
        for number in 0..<20_000 as Range<UInt64> {
            introspector.resolve(digest: .numbered(number), key: [], now: clock.now, wall: clock.wallSeconds) { _ in
                told.withLock { $0 += 1 }
            }
        }
        gate.open()
        #expect(told.withLock { $0 } == 20_000)
        #expect(introspector.counters.calls == 20_000)
    }
}
