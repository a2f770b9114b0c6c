/// Where operators reach the gateway: a TCP address, or a Unix socket.
public enum AdminAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name or address, and a port.
    case socket(SocketAddressText)
    /// The path of a Unix socket.
    case unix(String)

    private static let scheme = "unix:"
    /// What a path may have at most (unix(7)).
    private static let longestPath = 107

    /// Reads `host:port`, `[v6]:port` or `unix:path`.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else.
    public init(parsing text: String) throws(ValueProblem) {
        guard text.hasPrefix(Self.scheme) else {
            self = .socket(try SocketAddressText(parsing: text))
            return
        }
        let path = String(text.dropFirst(Self.scheme.count))
        guard !path.isEmpty else {
            throw ValueProblem("\"\(text)\" has no path", help: "write it like unix:/run/scopegate/admin.sock")
        }
        self = .unix(path)
    }

    /// The same address, its path from a file's folder when it is relative.
    ///
    /// - Throws: ``ValueProblem`` when the path is too long for a socket.
    func resolved(from file: String) throws(ValueProblem) -> AdminAddress {
        guard case .unix(let path) = self else { return self }
        let resolved = FilePath.resolve(path, from: file)
        guard resolved.utf8.count <= Self.longestPath else {
            throw ValueProblem("the path of a socket can have \(Self.longestPath) bytes, and \(resolved) is longer")
        }
        return .unix(resolved)
    }

    /// Whether only programs on this machine reach it: a Unix socket, or a loopback address.
    public var isLocal: Bool {
        switch self {
        case .unix: true
        case .socket(let address): HostName.isLoopback(address.host)
        }
    }

    /// The address as it is written in the configuration.
    public var description: String {
        switch self {
        case .socket(let address): address.description
        case .unix(let path): Self.scheme + path
        }
    }
}
