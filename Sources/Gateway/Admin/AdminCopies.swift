import GatewayConfig
import Glibc

extension AdminAddress {
    /// The addresses that a host name stands for, each of a copy of the gateway, as a headless service of Kubernetes
    /// has them; itself when it is no name, or this machine's.
    ///
    /// Where a name has addresses of both families those of IPv4 count, lest each copy be asked twice.
    ///
    /// - Throws: ``AdminClient/NoAnswer`` when the name has no address.
    public func copies() throws(AdminClient.NoAnswer) -> [AdminAddress] {
        guard case .socket(let named) = self, !isLocal else { return [self] }
        var wanted = addrinfo()
        wanted.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(named.host, "\(named.port)", &wanted, &found)
        defer { if found != nil { freeaddrinfo(found) } }
        guard result == 0 else {
            throw AdminClient.NoAnswer(description: "\(named.host): \(String(cString: gai_strerror(result)))")
        }
        let entries = Array(sequence(first: found, next: { $0?.pointee.ai_next })).compactMap { $0?.pointee }
        let family = entries.contains { $0.ai_family == AF_INET } ? AF_INET : AF_INET6
        var hosts: [String] = []
        for entry in entries where entry.ai_family == family {
            if let host = Self.text(entry), !hosts.contains(host) { hosts.append(host) }
        }
        return hosts.map { .socket(SocketAddressText(host: $0, port: named.port)) }
    }

    private static func text(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &text,
            socklen_t(text.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard result == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
