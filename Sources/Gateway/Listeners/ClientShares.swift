import Synchronization

/// The connections of each client's address, of which it may have its share and no more.
final class ClientShares: Sendable {
    /// A client: its IPv4 address, or the network of its IPv6 address, of which one client has all (RFC 6177 §2).
    struct Client: Hashable, Sendable {
        private let bits: UInt64
        private let isIPv6: Bool

        /// - Parameter address: 4 or 16 bytes in network order; anything else is no client's.
        init?(_ address: [UInt8]) {
            guard address.count == 4 || address.count == 16 else { return nil }
            isIPv6 = address.count == 16
            bits = address.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private let counts = Mutex<[Client: Int]>([:])

    /// Counts one more connection of a client, unless it has as many as it may.
    func take(_ client: Client, of limit: Int) -> Bool {
        counts.withLock { counts in
            let count = counts[client] ?? 0
            guard count < limit else { return false }
            counts[client] = count + 1
            return true
        }
    }

    /// A connection that was counted is closed.
    func giveBack(_ client: Client) {
        counts.withLock { counts in
            guard let count = counts[client] else { return }
            counts[client] = count > 1 ? count - 1 : nil
        }
    }
}
