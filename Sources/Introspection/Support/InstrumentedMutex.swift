#if THREAD_SANITIZER
    import Glibc

    /// Stands in for `Synchronization.Mutex` in builds for ThreadSanitizer, which knows pthread's locks and can't see
    /// the standard library's: it would report every access to what they guard, and with those suppressed it would find
    /// nothing. Every module that uses it has a link to this file.
    struct Mutex<Value>: @unchecked Sendable {
        private final class Storage {
            var value: Value
            let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

            init(_ value: Value) {
                self.value = value
                pthread_mutex_init(lock, nil)
            }

            deinit {
                pthread_mutex_destroy(lock)
                lock.deallocate()
            }
        }

        private let storage: Storage

        init(_ value: Value) {
            storage = Storage(value)
        }

        func withLock<Result, Failure: Error>(
            _ body: (inout Value) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pthread_mutex_lock(storage.lock)
            defer { pthread_mutex_unlock(storage.lock) }
            return try body(&storage.value)
        }
    }
#endif
