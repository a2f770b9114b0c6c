import Glibc
import Synchronization

/// Why nothing more came from, or could go to, a peer.
enum SocketFailure: Error, Equatable {
    case timedOut
    case closed
    /// The peer cut the connection (RST).
    case reset
    case system(Int32)

    init(_ number: Int32) {
        self = number == ECONNRESET || number == EPIPE ? .reset : .system(number)
    }
}

/// A TCP connection over IPv4 loopback, blocking, with time-outs.
final class TCPSocket: Sendable {
    private let descriptor: Int32
    private let isClosed = Mutex(false)

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameter receiveBuffer: The kernel's buffer for what comes, in bytes; nil for the system's own.
    convenience init(port: Int, receiveBuffer: Int32? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(errno) }
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = Self.loopback(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw SocketFailure(number)
        }
        self.init(adopting: descriptor)
    }

    /// Connects to a port of ::1.
    convenience init(portOfIPv6 port: Int) throws {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(errno) }
        guard Self.withIPv6Loopback(port, { connect(descriptor, $0, $1) }) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw SocketFailure(number)
        }
        self.init(adopting: descriptor)
    }

    deinit {
        close()
    }

    /// Whether this machine has ::1, which not every container has.
    static let hasIPv6: Bool = {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return withIPv6Loopback(0) { bind(descriptor, $0, $1) } == 0
    }()

    private static func withIPv6Loopback(
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(UInt16(port)).bigEndian
        address.sin6_addr = in6addr_loopback
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    func send(_ bytes: [UInt8], within seconds: Double = 20) throws {
        let deadline = monotonicSeconds() + seconds
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { memory in
                let rest = UnsafeRawBufferPointer(rebasing: memory[sent...])
                return Glibc.send(
                    descriptor,
                    rest.baseAddress,
                    rest.count,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), until: deadline)
            } else if errno != EINTR {
                throw SocketFailure(errno)
            }
        }
    }

    func send(_ text: String, within seconds: Double = 20) throws {
        try send(Array(text.utf8), within: seconds)
    }

    /// The bytes that are there, at least one.
    ///
    /// - Throws: ``SocketFailure/closed`` at the end of the stream.
    func receive(atMost limit: Int = 65_536, within seconds: Double = 10) throws -> [UInt8] {
        let deadline = monotonicSeconds() + seconds
        while true {
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { memory, count in
                let result = recv(descriptor, memory.baseAddress, limit, Int32(MSG_DONTWAIT))
                failure = result < 0 ? errno : 0
                count = max(0, result)
            }
            if !bytes.isEmpty { return bytes }
            if failure == 0 { throw SocketFailure.closed }
            if failure == EAGAIN {
                try wait(for: Int16(POLLIN), until: deadline)
            } else if failure != EINTR {
                throw SocketFailure(failure)
            }
        }
    }

    /// Waits until the peer's system has taken everything that was sent.
    func waitUntilSent() throws {
        try waitUntil("the peer takes what was sent") {
            var waiting: Int32 = 0
            return ioctl(descriptor, UInt(TIOCOUTQ), &waiting) != 0 || waiting == 0
        }
    }

    func shutdownSending() { shutdownIfOpen(SHUT_WR) }

    /// Wakes up whoever waits on it, and ends it for the peer.
    func shutdownBoth() { shutdownIfOpen(SHUT_RDWR) }

    /// Another thread may have closed it, and the system may have given its number to somebody else's socket.
    private func shutdownIfOpen(_ direction: Int) {
        isClosed.withLock { isClosed in
            if !isClosed { _ = shutdown(descriptor, Int32(direction)) }
        }
    }

    func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }

    /// Cuts the connection by a RST.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    private func wait(for events: Int16, until deadline: Double) throws {
        let left = deadline - monotonicSeconds()
        guard left > 0 else { throw SocketFailure.timedOut }
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        if poll(&entry, 1, Int32(left * 1000) + 1) == 0 { throw SocketFailure.timedOut }
    }
}
