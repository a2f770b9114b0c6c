/// Whose word about the client is taken.
public struct TrustedPeers: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The addresses that are trusted.
    public var networks: [CIDRBlock]
    /// Whether those are who connect by a Unix socket; who may, its mode says.
    public var unixSockets: Bool

    /// The word of a list that stands for Unix sockets.
    static let unixSocketsWord = "unix"

    /// The peers of these networks, and of Unix sockets or not.
    public init(networks: [CIDRBlock] = [], unixSockets: Bool = false) {
        self.networks = networks
        self.unixSockets = unixSockets
    }

    /// The peers of these networks.
    public init(arrayLiteral networks: CIDRBlock...) {
        self.init(networks: networks)
    }

    /// Whether the peer is trusted that has an address of 4 or 16 bytes in network order, or none.
    public func contains(_ address: Span<UInt8>) -> Bool {
        address.isEmpty ? unixSockets : networks.contains { $0.contains(address) }
    }

    /// The items of the list in the configuration.
    var items: [String] { networks.map(\.description) + (unixSockets ? [Self.unixSocketsWord] : []) }
}
