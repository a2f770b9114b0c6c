import Foundation
import Glibc
import Synchronization

/// A backend that keeps every byte that reaches it, and answers whole requests only.
///
/// One thread serves all connections, and reads all that can be read before it answers anything. So once it has
/// answered a request, it has seen everything that reached this machine before that request did.
final class RecordingBackend: Sendable {
    /// What happens to the connection after a reply.
    enum Ending: Sendable {
        case stay
        case close
        case reset
    }

    struct Reply: Sendable {
        var pieces: [[UInt8]]
        var isEarly = false
        var ending = Ending.stay
    }

    struct Message: Sendable {
        var bytes: [UInt8]
        /// It is a request, and complete.
        var isWhole: Bool
        /// Its content, taken out of its framing.
        var body: [UInt8] = []
        var connection: Int
    }

    private struct State {
        var connections: [RecordedConnection] = []
        var accepted = 0
        var messages: [Message] = []
        var replies: [Reply] = []
        var isStopped = false
        var hasEnded = false
    }

    /// Requests for this target are answered and not recorded.
    static let probe = "/probe"

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    init() throws {
        (listener, port) = try ScriptedBackend.listen(backlog: 128)
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        let thread = Thread { [self] in run() }
        thread.start()
    }

    /// Forgets what has come, and plays these replies to the next requests instead of the usual answer.
    func begin(replies: [Reply] = []) {
        state.withLock { state in
            state.messages = []
            state.replies = replies
            for index in state.connections.indices { state.connections[index].isStale = true }
        }
    }

    /// What has come since ``begin(replies:)``; what isn't whole stands behind what is.
    var messages: [Message] {
        state.withLock { state in
            state.messages + state.connections.filter { !$0.isStale && !$0.unread.isEmpty }.map(\.rest)
        }
    }

    /// Whether peers have ended all connections that this side has ended.
    var isSettled: Bool { state.withLock { $0.connections.allSatisfy { !$0.isOver } } }

    /// Waits until all of the replies to what has come has left.
    func waitUntilAnswered() { state.withLock { _ in } }

    func stop() throws {
        state.withLock { $0.isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        try waitUntil("the recording backend ends") { state.withLock { $0.hasEnded } }
        close(listener)
    }

    private func run() {
        while true {
            var entries = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            entries += state.withLock { state in
                state.connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            }
            poll(&entries, nfds_t(entries.count), 1000)
            let goesOn = state.withLock { state in
                guard !state.isStopped else {
                    for connection in state.connections { close(connection.descriptor) }
                    state.hasEnded = true
                    return false
                }
                pass(&state)
                return true
            }
            guard goesOn else { return }
        }
    }

    private func pass(_ state: inout State) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            state.connections.append(RecordedConnection(descriptor: descriptor, index: state.accepted))
            state.accepted += 1
        }
        for index in state.connections.indices { state.connections[index].read() }
        for index in state.connections.indices {
            var connection = state.connections[index]
            connection.serve(messages: &state.messages, replies: &state.replies)
            state.connections[index] = connection
        }
        for connection in state.connections where connection.hasEnded {
            if !connection.unread.isEmpty, !connection.isStale { state.messages.append(connection.rest) }
            close(connection.descriptor)
        }
        state.connections.removeAll { $0.hasEnded }
    }
}
