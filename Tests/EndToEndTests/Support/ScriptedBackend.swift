import Foundation
import Glibc
import Synchronization

/// A TCP server that does exactly what a test says, one thread for each connection.
final class ScriptedBackend: Sendable {
    /// What happens on a connection. When it returns or throws, the connection is closed.
    typealias Script = @Sendable (BackendConnection) throws -> Void

    private struct State {
        var connections: [BackendConnection] = []
        var running = 0
        var isStopped = false
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// - Parameter backlog: How many connections the system makes before they are accepted.
    init(backlog: Int32 = 1024, _ script: @escaping Script) throws {
        (listener, port) = try Self.listen(backlog: backlog)
        let listener = listener
        state.withLock { $0.running += 1 }
        startThread { [self] in
            defer { state.withLock { $0.running -= 1 } }
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard descriptor >= 0 else { return }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                serve(TCPSocket(adopting: descriptor), script)
            }
        }
    }

    /// A listening socket on a port that the system chose.
    static func listen(backlog: Int32) throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(errno) }
        var address = TCPSocket.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) != 0 || Glibc.listen(descriptor, backlog) != 0
                    || getsockname(descriptor, $0, &length) != 0
            }
        }
        guard !failed else {
            let number = errno
            close(descriptor)
            throw SocketFailure(number)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A port on which nobody listens.
    static func unusedPort() throws -> Int {
        let (descriptor, port) = try listen(backlog: 1)
        close(descriptor)
        return port
    }

    var url: String { "http://127.0.0.1:\(port)" }
    /// How many connections were accepted so far.
    var connectionCount: Int { state.withLock { $0.connections.count } }
    var connections: [BackendConnection] { state.withLock { $0.connections } }
    /// The heads of all requests that came, by connection and then by time.
    var heads: [String] { connections.flatMap(\.heads) }

    /// Ends all connections and takes no more.
    func stop() throws {
        let connections = state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections { connection.socket.shutdownBoth() }
        try waitUntil("the scripts end") { state.withLock { $0.running == 0 } }
        close(listener)
    }

    private func serve(_ socket: TCPSocket, _ script: @escaping Script) {
        let connection: BackendConnection? = state.withLock { state in
            guard !state.isStopped else { return nil }
            state.running += 1
            let connection = BackendConnection(socket: socket, index: state.connections.count)
            state.connections.append(connection)
            return connection
        }
        guard let connection else { return }
        startThread { [self] in
            try? script(connection)
            socket.close()
            connection.markEnded()
            state.withLock { $0.running -= 1 }
        }
    }
}

/// A connection of a ``ScriptedBackend``, with what came on it.
final class BackendConnection: Sendable {
    private struct State {
        var unread: [UInt8] = []
        var heads: [String] = []
        var hasEnded = false
        var turns = 0
    }

    let socket: TCPSocket
    /// 0 for the first one that was accepted.
    let index: Int
    private let state = Mutex(State())

    init(socket: TCPSocket, index: Int) {
        self.socket = socket
        self.index = index
    }

    var heads: [String] { state.withLock { $0.heads } }
    /// The script has ended.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func markEnded() { state.withLock { $0.hasEnded = true } }

    /// Lets the script pass ``awaitTurn(_:)`` up to this number.
    func allowTurn(_ number: Int) { state.withLock { $0.turns = number + 1 } }

    /// Waits until the test allows it.
    func awaitTurn(_ number: Int) throws {
        try waitUntil("turn \(number)") { state.withLock { $0.turns > number } }
    }

    func send(_ text: String) throws { try socket.send(text) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// Reads a request's head, to its empty line.
    func readHead() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while true {
            let head: String? = state.withLock { state in
                guard let position = state.unread.firstRange(of: end)?.upperBound else { return nil }
                let head = String(decoding: state.unread[..<position], as: UTF8.self)
                state.unread.removeFirst(position)
                state.heads.append(head)
                return head
            }
            if let head { return head }
            try readMore()
        }
    }

    /// Reads so many bytes of a body.
    func read(_ count: Int) throws -> [UInt8] {
        while true {
            let bytes: [UInt8]? = state.withLock { state in
                guard state.unread.count >= count else { return nil }
                defer { state.unread.removeFirst(count) }
                return Array(state.unread[..<count])
            }
            if let bytes { return bytes }
            try readMore()
        }
    }

    /// Reads to the end of the connection and answers what came; keeps nothing else of it.
    func readToEnd() throws -> [UInt8] {
        while true {
            do {
                try readMore()
            } catch SocketFailure.closed {
                return state.withLock { $0.unread }
            }
        }
    }

    /// Waits for bytes of the next request, if there are none yet.
    func awaitBytes(within seconds: Double) throws {
        if state.withLock({ $0.unread.isEmpty }) { try readMore(within: seconds) }
    }

    private func readMore(within seconds: Double = 60) throws {
        let bytes = try socket.receive(within: seconds)
        state.withLock { $0.unread += bytes }
    }
}

extension String {
    /// The path in the request line of a head.
    var target: String { String(split(separator: " ").dropFirst().first ?? "") }
    /// The value of a header field of a head; nil if there is none.
    func fieldValue(_ name: String) -> String? {
        let prefix = "\(name.lowercased()): "
        let line = components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(prefix) }
        return line.map { String($0.dropFirst(prefix.count)) }
    }
}

/// Runs a test with a backend of this script.
func withBackend<Result>(
    _ script: @escaping ScriptedBackend.Script,
    _ body: (ScriptedBackend) async throws -> Result
) async throws -> Result {
    let backend = try ScriptedBackend(script)
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(backend)) } catch { result = .failure(error) }
    try backend.stop()
    return try result.get()
}

/// Runs a test with a gateway in front of a backend of this script; see ``GatewaySettings/openRoutes``.
func withScriptedUpstream(
    configure: (inout GatewaySettings) -> Void,
    _ script: @escaping ScriptedBackend.Script,
    _ body: (GatewayProcess, ScriptedBackend) async throws -> Void
) async throws {
    try await withBackend(script) { backend in
        var settings = GatewaySettings(upstream: backend.url)
        settings.routes = GatewaySettings.openRoutes
        configure(&settings)
        try await withGateway(settings) { try await body($0, backend) }
    }
}

/// The same with the gateway's default settings.
func withScriptedUpstream(
    _ script: @escaping ScriptedBackend.Script,
    _ body: (GatewayProcess, ScriptedBackend) async throws -> Void
) async throws {
    try await withScriptedUpstream(configure: { _ in }, script, body)
}
