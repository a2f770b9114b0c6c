import Glibc

/// Tells the service manager that started the process how it fares (sd_notify(3)). Without one it says nothing.
struct ServiceManager: Equatable, Sendable {
    /// What it can be told.
    enum News: Equatable, Sendable {
        /// The start, or a reload, is complete.
        case ready
        /// A reload begins, at a time of CLOCK_MONOTONIC in microseconds.
        case reloading(microseconds: UInt64)
        /// The end begins.
        case stopping
        /// The process lives.
        case watchdog

        /// The line of the protocol.
        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            }
        }
    }

    private static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    /// The bytes of the socket's address; those of an abstract one begin with a zero (unix(7)).
    let path: [UInt8]
    /// How often it has to be told that the process lives, in microseconds: twice in the time after which it would end
    /// it.
    let watchdogInterval: UInt64?

    /// Reads what the environment says; nil when there is no service manager, or none that is reached by a Unix socket.
    ///
    /// - Parameters:
    ///   - environment: the value of a variable, if it is set.
    ///   - process: this process; what is meant for another one counts for nothing.
    init?(environment: (String) -> String?, process: pid_t) {
        guard let address = environment("NOTIFY_SOCKET"), let first = address.utf8.first else { return nil }
        let bytes = Array(address.utf8)
        switch first {
        case UInt8(ascii: "/"): path = bytes
        case UInt8(ascii: "@"): path = [0] + bytes.dropFirst()
        default: return nil
        }
        guard path.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        let isWatched = environment("WATCHDOG_PID").map { $0 == "\(process)" } ?? true
        let limit = isWatched ? environment("WATCHDOG_USEC").flatMap { UInt64($0) } : nil
        watchdogInterval = limit.flatMap { $0 > 1 ? $0 / 2 : nil }
    }

    /// The service manager of this process; its children are told of none.
    static func take() -> ServiceManager? {
        defer { for name in variables { unsetenv(name) } }
        return ServiceManager(environment: { name in getenv(name).map { String(cString: $0) } }, process: getpid())
    }

    /// Tells it. What doesn't arrive is lost: the manager then sees to it by its own time-outs.
    func tell(_ news: News...) {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + path.count } ?? 0
        let text = news.map(\.text).joined(separator: "\n")
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor,
                    text,
                    text.utf8.count,
                    CInt(MSG_NOSIGNAL | MSG_DONTWAIT),
                    $0,
                    socklen_t(length)
                )
            }
        }
    }

    /// Tells it that a reload begins now.
    func tellReloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        tell(.reloading(microseconds: UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000))
    }
}
