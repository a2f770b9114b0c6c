/// Where requests are accepted: a TCP address, a Unix socket, or sockets that the service manager hands over.
public enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name or address, and a port; port 0 takes any free port.
    case socket(SocketAddressText)
    /// The path of a Unix socket.
    case unix(String)
    /// All sockets of a name that systemd opened (sd_listen_fds_with_names(3), `FileDescriptorName=`).
    case systemd(String)

    private static let activation = "systemd:"
    /// What systemd takes for a name at most (systemd.socket(5)).
    private static let longestName = 255

    /// Reads `host:port`, `[v6]:port`, `unix:path` or `systemd:name`.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else.
    public init(parsing text: String) throws(ValueProblem) {
        guard text.hasPrefix(Self.activation) else {
            switch try AdminAddress(parsing: text) {
            case .socket(let address): self = .socket(address)
            case .unix(let path): self = .unix(path)
            }
            return
        }
        let name = String(text.dropFirst(Self.activation.count))
        // systemd.socket(5): printable ASCII without a colon.
        let isName = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        guard !name.isEmpty, name.utf8.count <= Self.longestName, isName else {
            throw ValueProblem(
                "\"\(text)\" has no name that a socket of systemd can have",
                help: "write systemd: and the FileDescriptorName= of the socket unit, such as systemd:scopegate.socket"
            )
        }
        self = .systemd(name)
    }

    /// The same address, its path from a file's folder when it is relative.
    ///
    /// - Throws: ``ValueProblem`` when the path is too long for a socket.
    func resolved(from file: String) throws(ValueProblem) -> ListenAddress {
        guard case .unix(let path) = self, case .unix(let resolved) = try AdminAddress.unix(path).resolved(from: file)
        else { return self }
        return .unix(resolved)
    }

    /// The address as it is written in the configuration.
    public var description: String {
        switch self {
        case .socket(let address): address.description
        case .unix(let path): AdminAddress.unix(path).description
        case .systemd(let name): Self.activation + name
        }
    }
}
