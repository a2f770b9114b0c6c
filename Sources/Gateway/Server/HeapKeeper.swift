import CGlibc
import NIOCore
import NIOPosix
import Synchronization

/// The return of memory to the system after a storm: glibc's heap keeps what was freed among what is in use, so that a
/// gateway would stay as large as it has ever been.
final class HeapKeeper: Sendable {
    /// How much the process may have grown since the heap was last trimmed, and how much of the heap must be free for
    /// it to be worth the time that it takes, in bytes.
    static let slack = 32 << 20

    private static let interval = TimeAmount.seconds(2)

    /// The resident memory that there was after the heap was last trimmed, or less.
    private let base = Mutex(0)

    /// Looks after the heap for as long as the event loop runs, on a thread for work that takes long.
    func start(on eventLoop: any EventLoop) {
        eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            NIOSingletons.posixBlockingThreadPool.submit { state in
                if case .active = state { self.look() }
            }
        }
    }

    private func look() {
        let isWorthwhile = base.withLock { base in
            let resident = ProcessMetrics.memory.resident
            if base == 0 || resident < base { base = resident }
            return Self.mustTrim(resident: resident, base: base, free: { Int(clamping: cglibc_free_heap_bytes()) })
        }
        guard isWorthwhile else { return }
        cglibc_trim_heap()
        base.withLock { $0 = ProcessMetrics.memory.resident }
    }

    /// Whether trimming gives back enough.
    ///
    /// - Parameters:
    ///   - resident: The resident memory of the process, in bytes.
    ///   - base: The resident memory after the last trimming.
    ///   - free: How much of the heap is free; asked for only if it matters.
    static func mustTrim(resident: Int, base: Int, free: () -> Int) -> Bool {
        resident - base > slack && free() > slack
    }
}
