import Glibc

/// The connections that the kernel holds for a listening socket and that nobody has accepted yet. Closing the socket
/// would reset them, though their clients were told that they are connected (listen(2)).
///
/// It keeps the socket open beyond its listener, until ``close()``.
struct AcceptQueue {
    private let descriptor: CInt

    /// The queue of a listening socket; nil when the process may have no more descriptors.
    init?(of listener: CInt) {
        descriptor = fcntl(listener, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
    }

    /// Takes the next connection, whose descriptor is the caller's; nil when there is none.
    func next() -> CInt? {
        while true {
            let connection = accept(descriptor, nil, nil)
            if connection >= 0 {
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                return connection
            }
            // What was reset while it waited is gone (accept(2)).
            guard errno == ECONNABORTED || errno == EINTR else { return nil }
        }
    }

    func close() { _ = Glibc.close(descriptor) }
}
