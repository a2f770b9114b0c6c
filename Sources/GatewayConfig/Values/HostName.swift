import Glibc

/// What can stand for a host in an address or a URL.
enum HostName {
    private static let maximumLength = 253

    /// Takes `host`, `host:port`, `[v6]` or `[v6]:port` apart. The host has no brackets; the port is as written.
    static func split(_ text: Substring) throws(ValueProblem) -> (host: String, port: Substring?) {
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { throw ValueProblem("\"[\" without \"]\" in \(text)") }
            let host = String(text[text.index(after: text.startIndex)..<close])
            guard isIPv6(host) else { throw ValueProblem("\"\(host)\" is not an IPv6 address") }
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw ValueProblem("only a port can follow \"]\", as in [\(host)]:8080")
            }
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let host = String(parts[0])
        if isIPv6(String(text)) {
            throw ValueProblem("an IPv6 address is written in brackets", help: "write \(bracketed(text))")
        }
        guard isHost(host) else { throw ValueProblem("\"\(host)\" is not a host name or address") }
        return (host, parts.count == 2 ? parts[1] : nil)
    }

    /// An IPv6 address in brackets; what may have been meant for its port behind them.
    private static func bracketed(_ text: Substring) -> String {
        guard let colon = text.lastIndex(of: ":"), isIPv6(String(text[..<colon])),
            (try? port(text[text.index(after: colon)...], in: 1...65_535)) != nil
        else { return "[\(text)]" }
        return "[\(text[..<colon])]:\(text[text.index(after: colon)...]), if the last part is the port"
    }

    /// A port in decimal, without a sign.
    static func port(_ text: Substring, in range: ClosedRange<Int>) throws(ValueProblem) -> Int {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let port = Int(text), range.contains(port) else {
            throw ValueProblem("\"\(text)\" is not a port: a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return port
    }

    static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return !text.utf8.contains(0) && inet_pton(AF_INET6, text, &address) == 1
    }

    static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return !text.utf8.contains(0) && inet_pton(AF_INET, text, &address) == 1
    }

    /// Whether the host is this machine itself, by its name or address.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (isIPv4(host) && host.hasPrefix("127."))
    }

    private static func isHost(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maximumLength else { return false }
        let isAllowed = text.unicodeScalars.allSatisfy { character in
            switch character {
            case "A"..."Z", "a"..."z", "0"..."9", "-", ".", "_": true
            default: false
            }
        }
        // What looks like an IPv4 address has to be one: 127.0.0.256 and 127.1 are mistakes.
        let looksNumeric = text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) || $0 == "." }
        return isAllowed && (!looksNumeric || isIPv4(text))
    }
}
