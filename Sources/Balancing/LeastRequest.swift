/// Chooses the server that has least to do for its weight.
///
/// All servers are looked at rather than two at random: there are few of them, and their requests are counted by each
/// event loop for itself, so that what is looked at is exact and costs no more than a few words of the loop's own
/// memory. Among those with equally little to do (with few requests that is all of them) it goes round by weight,
/// smoothly: of weights 2 and 1 the order is a, b, a, a, b, a.
public struct LeastRequest: Sendable {
    /// The most servers there can be.
    public static let maximumServers = 64

    /// A set of servers by their numbers: bit n is server n.
    public typealias Servers = UInt64

    private struct Load {
        let weight: Int
        var active = 0
        /// What a server is owed of the turns among equals.
        var credit = 0
    }

    private var loads: [Load]

    /// - Parameter weights: Of each server, at least 1; at most ``maximumServers``.
    public init(weights: [Int]) {
        loads = weights.prefix(Self.maximumServers).map { Load(weight: max(1, $0)) }
    }

    /// How many requests a server has at the moment.
    public func active(_ server: Int) -> Int { loads[server].active }

    /// A server has been given a request.
    public mutating func began(_ server: Int) { loads[server].active += 1 }

    /// A server is done with a request.
    public mutating func ended(_ server: Int) { loads[server].active -= 1 }

    /// The server of these that gets the next request; nil when there is none. It isn't counted before ``began(_:)``.
    public mutating func choose(among servers: Servers) -> Int? {
        var least: Int?
        for server in loads.indices where servers & 1 << UInt64(server) != 0 {
            guard let best = least else {
                least = server
                continue
            }
            if isLess(server, best) { least = server }
        }
        guard let least else { return nil }
        var (turn, total) = (least, 0)
        for server in loads.indices where servers & 1 << UInt64(server) != 0 && !isLess(least, server) {
            loads[server].credit += loads[server].weight
            total += loads[server].weight
            if loads[server].credit > loads[turn].credit { turn = server }
        }
        loads[turn].credit -= total
        return turn
    }

    private func isLess(_ one: Int, _ other: Int) -> Bool {
        loads[one].active * loads[other].weight < loads[other].active * loads[one].weight
    }
}
