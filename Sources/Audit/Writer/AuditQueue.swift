import Glibc

/// A bounded queue from many threads to the writer thread.
///
/// A place in it is taken from the moment a record is appended until the writer has written it, so that the bound
/// covers what waits in the writer's hands for a full disk too.
final class AuditQueue: @unchecked Sendable {
    struct Item: Sendable {
        let record: AuditRecord
        /// Nil once it was called.
        var completion: (@Sendable (AuditOutcome) -> Void)?
    }

    struct Taken {
        let items: [Item]
        /// Whether no more will come.
        let isClosed: Bool
    }

    // The lock and the condition need fixed addresses. All other state is touched under the lock only.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let arrival: UnsafeMutablePointer<pthread_cond_t>
    private let capacity: Int
    private var items: [Item] = []
    private var occupied = 0
    private var refused: UInt64 = 0
    private var isClosed = false

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        lock = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(lock, nil)
        arrival = .allocate(capacity: 1)
        arrival.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrival, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(arrival)
        arrival.deallocate()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Puts an item in. Returns false when the queue is full or closed.
    func append(_ item: Item) -> Bool {
        locked {
            guard !isClosed, occupied < capacity else {
                refused += 1
                return false
            }
            occupied += 1
            items.append(item)
            if items.count == 1 {
                pthread_cond_signal(arrival)
            }
            return true
        }
    }

    /// Takes all items out, waiting for one until a moment of `CLOCK_MONOTONIC` in nanoseconds; for ever when it is
    /// nil.
    func take(until deadline: Int64?) -> Taken {
        locked {
            while items.isEmpty, !isClosed {
                guard let deadline else {
                    pthread_cond_wait(arrival, lock)
                    continue
                }
                var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
                if pthread_cond_timedwait(arrival, lock, &time) == ETIMEDOUT { break }
            }
            defer { items = [] }
            return Taken(items: items, isClosed: isClosed)
        }
    }

    /// Gives the places of written records free.
    func release(_ count: Int) {
        locked { occupied -= count }
    }

    /// Lets no more in, and wakes the writer.
    func close() {
        locked {
            isClosed = true
            pthread_cond_signal(arrival)
        }
    }

    /// How many records wait to be written, and how many were not let in.
    var counts: (waiting: Int, refused: UInt64) {
        locked { (occupied, refused) }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }
}
