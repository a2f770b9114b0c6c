/// An address to listen on, as it was written: a host name or address, and a port.
public struct SocketAddressText: Hashable, Sendable, CustomStringConvertible {
    /// The host name, or the IPv4 or IPv6 address without brackets.
    public let host: String
    /// The port, 0…65,535; 0 takes any free port.
    public let port: Int

    /// An address of parts that are known to be good.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[v6]:port`.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else.
    public init(parsing text: String) throws(ValueProblem) {
        if text.first == ":", !HostName.isIPv6(text) {
            throw ValueProblem("an address needs a host", help: "write 127.0.0.1\(text), or 0.0.0.0\(text) for all")
        }
        let (host, port) = try HostName.split(text[...])
        guard let port else { throw ValueProblem("\"\(text)\" has no port", help: "write it like 127.0.0.1:8080") }
        self.host = host
        self.port = try HostName.port(port, in: 0...65_535)
    }

    /// The address as `host:port`, an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
