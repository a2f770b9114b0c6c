import Glibc
import Synchronization

/// A thread that runs one closure, with all signals blocked: those are for the process's main flow, and SIGXFSZ, which
/// a file size limit raises, becomes an errno value.
final class WorkerThread: Sendable {
    private let thread = Mutex<pthread_t?>(nil)

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts the thread. Returns 0, or the errno value of pthread_create(3).
    func start(_ run: @escaping @Sendable () -> Void) -> Int32 {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(run))
        let code = pthread_create(&thread, nil, Self.main, argument.toOpaque())
        if code == 0 {
            self.thread.withLock { [thread] in $0 = thread }
        } else {
            argument.release()
        }
        return code
    }

    /// Waits for its end. False when it wasn't running, or somebody has waited for it already.
    @discardableResult
    func join() -> Bool {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return false }
        pthread_join(thread, nil)
        return true
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
    }
}

/// A lock with a condition, whose times are of `CLOCK_MONOTONIC` in nanoseconds.
final class ThreadCondition: @unchecked Sendable {
    // Both need fixed addresses.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        lock = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(lock, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    /// Wakes who waits. Called after the lock was given back, it spares the woken thread waiting for that in turn.
    func signal() { pthread_cond_signal(condition) }

    /// Wakes all who wait.
    func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits until it is signalled or a moment has come; for ever when it is nil. To be called under the lock. False
    /// when the moment has come.
    func wait(until deadline: Int64?) -> Bool {
        guard let deadline else {
            pthread_cond_wait(condition, lock)
            return true
        }
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        return pthread_cond_timedwait(condition, lock, &time) != ETIMEDOUT
    }

    /// `CLOCK_MONOTONIC` in nanoseconds.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Wakes a thread now and then, and tells it to end.
final class ThreadSignal: @unchecked Sendable {
    enum Reason { case woken, timedOut, closed }

    private let condition = ThreadCondition()
    private var isWoken = false
    private var hasClosed = false

    var isClosed: Bool { condition.locked { hasClosed } }

    func wake() {
        condition.locked {
            isWoken = true
            condition.signal()
        }
    }

    func close() {
        condition.locked {
            hasClosed = true
            condition.signal()
        }
    }

    func wait(nanoseconds: Int64) -> Reason {
        let deadline = ThreadCondition.now() + nanoseconds
        return condition.locked {
            while !isWoken, !hasClosed {
                if !condition.wait(until: deadline) { break }
            }
            defer { isWoken = false }
            return hasClosed ? .closed : isWoken ? .woken : .timedOut
        }
    }
}
