import Dispatch
import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 that does on each of its connections what a script says; then the connection is closed.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (Peer) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let threads = DispatchGroup()
    private let state = Mutex(State())

    private struct State {
        var accepted = 0
        var peers: [ObjectIdentifier: Peer] = [:]
        var failures: [String] = []
        var isStopped = false
    }

    init(_ script: @escaping Script) throws {
        (listener, port) = try Loopback.listener(backlog: 512)
        run { $0.accept(script) }
    }

    /// How many connections there have been.
    var acceptedCount: Int { state.withLock { $0.accepted } }

    /// Ends every connection and every thread; tells what went wrong in scripts.
    @discardableResult
    func stop() -> [String] {
        state.withLock { state in
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for peer in state.peers.values { shutdown(peer.descriptor, Int32(SHUT_RDWR)) }
        }
        threads.wait()
        close(listener)
        return state.withLock { $0.failures }
    }

    private func run(_ body: @escaping @Sendable (ScriptedServer) -> Void) {
        threads.enter()
        Thread.detachNewThread {
            body(self)
            self.threads.leave()
        }
    }

    private func accept(_ script: @escaping Script) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            // Else a program that another test starts meanwhile would keep the connection open.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let peer = Peer(descriptor: descriptor)
            let isStopped = state.withLock { state in
                state.accepted += 1
                state.peers[ObjectIdentifier(peer)] = peer
                return state.isStopped
            }
            if isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
            run { $0.serve(peer, script) }
        }
    }

    private func serve(_ peer: Peer, _ script: Script) {
        do {
            try script(peer)
        } catch {
            // A script that was cut short by the end of its test has not failed.
            state.withLock { if !$0.isStopped { $0.failures.append("\(error)") } }
        }
        state.withLock { state in
            state.peers[ObjectIdentifier(peer)] = nil
            close(peer.descriptor)
        }
    }
}

/// Sockets on 127.0.0.1.
enum Loopback {
    /// A socket with a port of its own, on which nobody listens: connections to it are refused.
    static func bound() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PeerError(description: "socket: errno \(errno)") }
        var address = address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, size) == 0 && getsockname(descriptor, raw, &size) == 0
            }
        }
        guard result else {
            close(descriptor)
            throw PeerError(description: "bind: errno \(errno)")
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    static func listener(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let socket = try bound()
        guard listen(socket.descriptor, backlog) == 0 else {
            close(socket.descriptor)
            throw PeerError(description: "listen: errno \(errno)")
        }
        return socket
    }

    /// A connection that is begun and not waited for.
    static func beginConnection(to port: UInt16) throws -> Int32 {
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_INET, Int32(type), 0)
        guard descriptor >= 0 else { throw PeerError(description: "socket: errno \(errno)") }
        var address = address(port: port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
