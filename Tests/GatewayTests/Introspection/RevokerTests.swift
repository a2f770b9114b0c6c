import GatewayConfig
import Glibc
import Introspection
import NIOCore
import NIOPosix
import ScopeModel
import Synchronization
import Testing

@testable import Gateway

@Suite("Revoker")
struct RevokerTests {
    /// Calls that a test ends itself.
    private final class Calls: IntrospectionCalling {
        private let pending = Mutex<[@Sendable (IntrospectionCallResult) -> Void]>([])

        func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void) {
            pending.withLock { $0.append(completion) }
        }

        var count: Int { pending.withLock { $0.count } }

        func end(_ index: Int) {
            let body = Array(#"{"active":true,"scope":"read:trades"}"#.utf8)
            pending.withLock { $0[index] }(
                .answer(status: 200, contentType: Array("application/json".utf8), body: body)
            )
        }
    }

    private struct Clock: IntrospectionClock {
        var now: MonotonicTime { MonotonicTime(nanoseconds: 1_000_000_000) }
        var wallSeconds: Int64 { 1_700_000_000 }
    }

    private struct Fixture {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let calls = Calls()
        let introspector: Introspector
        let digest = KeyDigest(1, 2, 3, 4)

        init() throws {
            introspector = Introspector(
                call: calls,
                cache: GrantCache(),
                catalog: try ConfigLoader.loadEmbedded { "\($0.count)" }.catalog,
                clock: Clock()
            )
        }

        var loops: [any EventLoop] { Array(group.makeIterator()) }

        func resolve(_ completion: @escaping @Sendable (IntrospectionOutcome) -> Void) {
            introspector.resolve(
                digest: digest,
                key: Array("k".utf8),
                now: Clock().now,
                wall: Clock().wallSeconds,
                completion: completion
            )
        }
    }

    /// An outcome that has left the introspector, and stands in the queue of a loop that is busy, comes before the end
    /// of a revocation that has begun since.
    @Test func waitsForOutcomesThatAreQueued() async throws {
        let fixture = try Fixture()
        let (caller, waiter, admin) = (fixture.loops[0], fixture.loops[1], fixture.loops[2])
        let order = Mutex<[String]>([])
        let note: @Sendable (String) -> Void = { text in order.withLock { $0.append(text) } }
        let gate = Gate()
        fixture.resolve { outcome in
            guard case .active = outcome else { return }
            waiter.execute { note("decided") }
        }
        // The loop that waits is in the midst of something.
        waiter.execute { gate.wait() }
        try await caller.submit { fixture.calls.end(0) }.get()
        let revoker = Revoker(loops: [caller, waiter]) { [introspector = fixture.introspector] in [introspector] }
        let digest = fixture.digest
        let revoked = try await admin.submit { revoker.revoke(on: admin) { $0.forget(digest) } }.get()
        revoked.whenSuccess { _ in note("revoked") }
        // Whatever can come to its end without that loop has done so.
        for _ in 0..<3 {
            for loop in [caller, admin] { try await loop.submit {}.get() }
        }
        #expect(order.withLock { $0 } == [])
        gate.open()
        let effect = try await revoked.get()
        #expect(effect == RevocationEffect(forgotten: 1, callsDisregarded: 0))
        #expect(order.withLock { $0 } == ["decided", "revoked"])
        try await fixture.group.shutdownGracefully()
    }

    /// A call that hasn't ended when the revocation comes is asked again for who waits for it.
    @Test func callsThatRunAreAskedAgain() async throws {
        let fixture = try Fixture()
        let (caller, admin) = (fixture.loops[0], fixture.loops[2])
        let outcomes = Mutex(0)
        fixture.resolve { _ in outcomes.withLock { $0 += 1 } }
        let revoker = Revoker(loops: fixture.loops) { [introspector = fixture.introspector] in [introspector] }
        let digest = fixture.digest
        let effect = try await admin.submit { revoker.revoke(on: admin) { $0.forget(digest) } }.get().get()
        #expect(effect == RevocationEffect(forgotten: 0, callsDisregarded: 1))
        try await caller.submit { fixture.calls.end(0) }.get()
        #expect(outcomes.withLock { $0 } == 0 && fixture.calls.count == 2)
        try await caller.submit { fixture.calls.end(1) }.get()
        #expect(outcomes.withLock { $0 } == 1)
        try await fixture.group.shutdownGracefully()
    }

    /// Those of former snapshots are told as well as the newest.
    @Test func allSourcesAreTold() async throws {
        let (old, new) = (try Fixture(), try Fixture())
        for fixture in [old, new] {
            fixture.resolve { _ in }
            fixture.calls.end(0)
        }
        let revoker = Revoker(loops: new.loops) { [a = old.introspector, b = new.introspector] in [a, b] }
        let (digest, admin) = (new.digest, new.loops[0])
        let effect = try await admin.submit { revoker.revoke(on: admin) { $0.forget(digest) } }.get().get()
        #expect(effect == RevocationEffect(forgotten: 2, callsDisregarded: 0))
        for fixture in [old, new] {
            fixture.resolve { _ in }
            #expect(fixture.calls.count == 2)
            try await fixture.group.shutdownGracefully()
        }
    }
}

/// Holds a thread until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    func wait() {
        while !isOpen.load(ordering: .acquiring) { usleep(1000) }
    }
}
