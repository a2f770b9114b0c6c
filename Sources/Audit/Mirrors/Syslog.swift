import Glibc

/// The facilities of RFC 5424 §6.2.1 that a program may log under, with their numbers.
public enum SyslogFacility: String, CaseIterable, Sendable {
    /// User-level messages.
    case user
    /// System daemons.
    case daemon
    /// Security and authorisation.
    case auth
    /// Security and authorisation, private.
    case authpriv
    /// Local use.
    case local0, local1, local2, local3, local4, local5, local6, local7

    /// The facility's number.
    var number: Int {
        switch self {
        case .user: 1
        case .daemon: 3
        case .auth: 4
        case .authpriv: 10
        case .local0: 16
        case .local1: 17
        case .local2: 18
        case .local3: 19
        case .local4: 20
        case .local5: 21
        case .local6: 22
        case .local7: 23
        }
    }
}

/// Syslog messages (RFC 5424 §6) around lines of the audit.
struct SyslogFormat {
    private let priority: Int
    private let host: String
    private let process: Int32

    /// Severity 5, notice (RFC 5424 §6.2.1).
    private static let severity = 5

    init(facility: SyslogFacility, host: String, process: Int32) {
        priority = facility.number * 8 + Self.severity
        // PRINTUSASCII, at most 255 (RFC 5424 §6.2.4).
        let name = String(decoding: host.utf8.prefix(255).filter { (0x21...0x7E).contains($0) }, as: UTF8.self)
        self.host = name.isEmpty ? "-" : name
        self.process = process
    }

    /// `<85>1 TIME HOST scopegate PID audit - LINE`. The time is the line's own; a line that begins with none has the
    /// nil value.
    func message(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let hasTime = line.withUnsafeBytes { AuditLineFields.time(of: $0) } != nil
        var message = Array("<\(priority)>1 ".utf8)
        if hasTime { message += line.dropFirst(9).prefix(27) } else { message += "-".utf8 }
        message += " \(host) scopegate \(process) audit - ".utf8
        return message + line
    }
}

/// The syslog daemon at a local socket, of datagrams or, when it has none, a stream with octet counting (RFC 6587
/// §3.4.1). It is connected anew when the daemon was restarted.
struct SyslogOutput: MirrorOutput {
    private let path: String
    private let format: SyslogFormat
    private var descriptor: Int32 = -1
    private var isStream = false
    private(set) var problem = ""

    init(path: String, facility: SyslogFacility) {
        self.path = path
        format = SyslogFormat(facility: facility, host: System.hostName, process: getpid())
    }

    mutating func write(_ lines: [UInt8]) -> ArraySlice<UInt8> {
        var rest = lines[...]
        while let end = rest.firstIndex(of: 0x0A) {
            guard send(format.message(rest[..<end])) else { return rest }
            rest = rest[(end + 1)...]
        }
        return rest
    }

    /// Sends one message, with one new connection if need be.
    private mutating func send(_ message: [UInt8]) -> Bool {
        for _ in 0..<2 {
            if descriptor < 0, !connect() { return false }
            let bytes = isStream ? Array("\(message.count) ".utf8) + message : message
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    problem = String(cString: strerror(errno))
                    break
                }
            }
            if rest.isEmpty { return true }
            close(descriptor)
            descriptor = -1
        }
        return false
    }

    private mutating func connect() -> Bool {
        for type in [SOCK_DGRAM, SOCK_STREAM] {
            let candidate = socket(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard candidate >= 0 else { continue }
            if connect(candidate) {
                descriptor = candidate
                isStream = type == SOCK_STREAM
                return true
            }
            let code = errno
            problem = String(cString: strerror(code))
            close(candidate)
            guard code == EPROTOTYPE else { break }
        }
        return false
    }

    private func connect(_ candidate: Int32) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            errno = ENAMETOOLONG
            return false
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(candidate, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}

/// What the system calls this machine.
enum System {
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "-" }
        return name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "-" }
    }
}
