import NIOCore
import Testing

@testable import Gateway

@Suite("LongestIdle and RoomMaker")
struct LongestIdleTests {
    private final class Connection: Displaceable {
        var idleSince: NIODeadline?
        var mayGo = true
        var isGone = false

        init(_ since: UInt64?) { idleSince = since.map { .uptimeNanoseconds($0) } }

        func giveWay() -> Bool {
            guard mayGo else { return false }
            isGone = true
            idleSince = nil
            return true
        }
    }

    private static func each(_ connections: [Connection]) -> ((any Displaceable) -> Void) -> Void {
        { body in connections.forEach(body) }
    }

    private static func at(_ time: UInt64) -> NIODeadline { .uptimeNanoseconds(time) }

    @Test func theOldestGoFirst() {
        let connections = [5, 3, nil, 9, 1, 7].map { Connection($0) }
        var idle = LongestIdle()
        #expect(idle.times(2, before: Self.at(100), of: Self.each(connections)) == [Self.at(1), Self.at(3)])
        #expect(idle.displace(2, before: Self.at(100), of: Self.each(connections)) == 2)
        #expect(connections.map(\.isGone) == [false, true, false, false, true, false])
        #expect(idle.displace(9, before: Self.at(100), of: Self.each(connections)) == 3)
        #expect(connections.map(\.isGone) == [true, true, false, true, true, true])
        #expect(idle.displace(1, before: Self.at(100), of: Self.each(connections)) == 0)
    }

    @Test func thoseThatHaveJustComeStay() {
        let connections = [5, 3].map { Connection($0) }
        var idle = LongestIdle()
        #expect(idle.times(2, before: Self.at(4), of: Self.each(connections)) == [Self.at(3)])
        #expect(idle.displace(2, before: Self.at(4), of: Self.each(connections)) == 1)
        #expect(connections.map(\.isGone) == [false, true])
    }

    /// What has had a request since, or has one, isn't what it was remembered as.
    @Test func whatIsRememberedIsLookedAtAgain() {
        let connections = [1, 2, 3, 4].map { Connection($0) }
        var idle = LongestIdle()
        #expect(idle.times(1, before: Self.at(100), of: Self.each(connections)) == [Self.at(1)])
        connections[0].idleSince = nil
        connections[1].idleSince = Self.at(50)
        connections[2].mayGo = false
        #expect(idle.displace(1, before: Self.at(100), of: Self.each(connections)) == 1)
        #expect(connections.map(\.isGone) == [false, false, false, true])
    }

    @Test func manyAreFoundInOrder() {
        var generator = SplitMix(seed: 7)
        let times = (1...5000).map { UInt64($0) }.shuffled(using: &generator)
        let connections = times.map { Connection($0) }
        var idle = LongestIdle()
        for round in 0..<50 {
            let first = UInt64(round * 10 + 1)
            let found = idle.times(10, before: Self.at(10_000), of: Self.each(connections))
            #expect(found == (first..<first + 10).map(Self.at))
            #expect(idle.displace(10, before: Self.at(10_000), of: Self.each(connections)) == 10)
        }
        #expect(connections.allSatisfy { $0.isGone == ($0.idleSince == nil) })
    }

    @Test func loopsShareByAge() {
        let times = [[1, 4, 9], [2, 3], []].map { $0.map(Self.at) }
        #expect(RoomMaker.shares(of: 0, among: times) == [0, 0, 0])
        #expect(RoomMaker.shares(of: 1, among: times) == [1, 0, 0])
        #expect(RoomMaker.shares(of: 3, among: times) == [1, 2, 0])
        #expect(RoomMaker.shares(of: 9, among: times) == [3, 2, 0])
    }
}

@Suite("ClientShares")
struct ClientSharesTests {
    private static func client(_ bytes: [UInt8]) throws -> ClientShares.Client {
        try #require(ClientShares.Client(bytes))
    }

    private static func ipv6(_ prefix: [UInt8], _ last: UInt8) -> [UInt8] {
        prefix + [UInt8](repeating: 0, count: 15 - prefix.count) + [last]
    }

    @Test func clientsAreAddressesOrNetworks() throws {
        #expect(try Self.client([10, 0, 0, 1]) != Self.client([10, 0, 0, 2]))
        let network: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 1]
        #expect(try Self.client(Self.ipv6(network, 1)) == Self.client(Self.ipv6(network, 2)))
        let other: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 2]
        #expect(try Self.client(Self.ipv6(network, 1)) != Self.client(Self.ipv6(other, 1)))
        // ::10.0.0.1 of IPv6 is not 10.0.0.1.
        #expect(try Self.client([0, 0, 0, 1]) != Self.client(Self.ipv6([0, 0, 0, 0, 0, 0, 0, 1], 1)))
        #expect(ClientShares.Client([]) == nil)
    }

    @Test func eachHasItsShare() throws {
        let shares = ClientShares()
        let (one, two) = (try Self.client([10, 0, 0, 1]), try Self.client([10, 0, 0, 2]))
        #expect(shares.take(one, of: 2) && shares.take(one, of: 2) && !shares.take(one, of: 2))
        #expect(shares.take(two, of: 2))
        shares.giveBack(one)
        #expect(shares.take(one, of: 2) && !shares.take(one, of: 2))
        for _ in 0..<5 { shares.giveBack(one) }
        #expect(shares.take(one, of: 1) && !shares.take(one, of: 1))
    }
}
