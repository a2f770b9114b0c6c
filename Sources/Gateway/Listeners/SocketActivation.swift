import Glibc

/// Sockets that the service manager has opened and handed over (sd_listen_fds(3)).
struct SocketActivation: Equatable {
    /// A socket with the name that the manager gives it.
    struct Entry: Equatable {
        var name: String
        var descriptor: CInt
    }

    static let firstDescriptor: CInt = 3
    /// The name of sockets that have none.
    static let unnamed = "unknown"
    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

    /// The sockets, in the order of their descriptors.
    let entries: [Entry]

    /// Reads what the environment says.
    ///
    /// - Parameters:
    ///   - environment: the value of a variable, if it is set.
    ///   - process: this process; what is meant for another one counts for nothing.
    /// - Throws: ``GatewayStartError`` when it contradicts itself.
    init(environment: (String) -> String?, process: pid_t) throws {
        guard let count = environment("LISTEN_FDS") else {
            entries = []
            return
        }
        guard environment("LISTEN_PID") == "\(process)" else {
            entries = []
            return
        }
        guard let count = CInt(count), (0...1024).contains(count) else {
            throw GatewayStartError("LISTEN_FDS is \"\(count)\", and not a number of sockets")
        }
        let names = environment("LISTEN_FDNAMES").map {
            $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
        guard names == nil || names?.count == Int(count) || count == 0 else {
            throw GatewayStartError("LISTEN_FDNAMES has \(names?.count ?? 0) names for \(count) sockets")
        }
        entries = (0..<count).map { index in
            let name = names?[Int(index)] ?? ""
            return Entry(name: name.isEmpty ? Self.unnamed : name, descriptor: Self.firstDescriptor + index)
        }
    }

    /// Takes over the sockets of this process: children don't get them, nor the variables.
    ///
    /// - Throws: ``GatewayStartError`` when one is no listening stream socket.
    static func take() throws -> SocketActivation {
        let activation = try SocketActivation(
            environment: { name in getenv(name).map { String(cString: $0) } },
            process: getpid()
        )
        for name in variables { unsetenv(name) }
        for entry in activation.entries {
            _ = fcntl(entry.descriptor, F_SETFD, FD_CLOEXEC)
            guard option(SO_TYPE, of: entry.descriptor) == CInt(SOCK_STREAM.rawValue),
                option(SO_ACCEPTCONN, of: entry.descriptor) == 1
            else {
                throw GatewayStartError(
                    "the socket \(entry.name) of the service manager is none that accepts connections: "
                        + "its unit needs ListenStream= and Accept=no"
                )
            }
        }
        return activation
    }

    /// The descriptors of a name.
    func descriptors(named name: String) -> [CInt] {
        entries.filter { $0.name == name }.map(\.descriptor)
    }

    private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}
