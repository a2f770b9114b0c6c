import HTTP1

/// A name that a Host may have: a name or address, or with `*.` before it all names that end in it.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern as it was written.
    public let description: String
    /// What a host is, or ends in behind a label of its own, in lower case; an IPv6 address has its brackets.
    private let text: [UInt8]
    private let isWildcard: Bool

    /// Reads a pattern.
    public init(parsing pattern: String) throws(ValueProblem) {
        let isWildcard = pattern.hasPrefix("*.")
        let name = isWildcard ? String(pattern.dropFirst(2)) : pattern
        let help = "a name such as api.example.com, or *.example.com for all below it"
        guard !name.contains("*"), !(isWildcard && name.hasPrefix("[")) else {
            throw ValueProblem(
                "\"\(pattern.prefix(253))\" has * elsewhere than in place of the first labels",
                help: help
            )
        }
        let (host, port) = try HostName.split(Substring(name))
        guard port == nil else {
            throw ValueProblem("\"\(pattern.prefix(253))\" has a port: a Host is compared without it", help: help)
        }
        description = pattern
        text = Array((isWildcard ? "." : "").utf8) + Array((name.hasPrefix("[") ? "[\(host)]" : host).lowercased().utf8)
        self.isWildcard = isWildcard
    }

    /// Whether a host without a port is meant; ASCII case aside.
    public func matches(_ host: Span<UInt8>) -> Bool {
        guard isWildcard ? host.count > text.count : host.count == text.count else { return false }
        let start = host.count - text.count
        for index in text.indices {
            let byte = host[start + index]
            let lowercased = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
            if lowercased != text[index] { return false }
        }
        return true
    }
}

extension [HostPattern] {
    /// Whether a request for this Host, with or without a port, is served; one for none is not.
    public func admit(host: Span<UInt8>) -> Bool {
        guard host.count > 0 else { return false }
        let name = host.extracting(0..<HostField.hostLength(host))
        return contains { $0.matches(name) }
    }
}
