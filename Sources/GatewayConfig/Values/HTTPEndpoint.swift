/// An http or https URL, taken apart.
public struct HTTPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// How the server is spoken to.
    public enum Scheme: String, Sendable {
        /// In clear.
        case http
        /// By TLS.
        case https

        /// The port that need not be written.
        public var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// How the server is spoken to.
    public let scheme: Scheme
    /// The host name, or the IPv4 or IPv6 address without brackets.
    public let host: String
    /// The port, 1…65,535.
    public let port: Int
    /// The path, which begins with `/`, and the query, if there is one.
    public let target: String

    /// An endpoint of parts that are known to be good.
    public init(scheme: Scheme, host: String, port: Int, target: String = "/") {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
    }

    /// Reads a URL (RFC 3986 §3): http or https, a host, no credentials, no fragment.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else.
    public init(parsing text: String) throws(ValueProblem) {
        guard let separator = Self.range(of: "://", in: text),
            let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
        else {
            throw ValueProblem("\"\(text)\" is not an http or https URL", help: "write it like http://127.0.0.1:9001")
        }
        let rest = text[separator.upperBound...]
        let authorityEnd = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        guard !authority.contains("@") else {
            throw ValueProblem("a URL here can't hold a user name or password")
        }
        let (host, port) = try HostName.split(authority)
        let target = rest[authorityEnd...]
        guard !target.contains("#") else { throw ValueProblem("a URL here can't have a fragment") }
        guard target.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw ValueProblem("the path of a URL is visible ASCII without \"\\\"")
        }
        self.scheme = scheme
        self.host = host
        self.port =
            try port.map { (text) throws(ValueProblem) in try HostName.port(text, in: 1...65_535) }
            ?? scheme.defaultPort
        self.target = target.first == "/" ? String(target) : "/" + target
    }

    /// The host and, unless it is the scheme's default, the port, as a Host header has them (RFC 9110 §7.2).
    public var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? host : "\(host):\(port)"
    }

    /// Whether the host is this machine itself, by its name or address.
    public var isLoopback: Bool { HostName.isLoopback(host) }

    /// The URL.
    public var description: String { "\(scheme.rawValue)://\(authority)\(target)" }

    private static func range(of separator: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(separator) { return start..<text.index(start, offsetBy: separator.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
