import Testing

@testable import Gateway

@Suite("Places for streams of events")
struct StreamPlacesTests {
    private final class Name {}
    private let names = (0..<10).map { _ in Name() }

    private func add(_ number: Int, of peer: String, to places: inout StreamPlaces<Int>) -> Int? {
        places.add(number, id: ObjectIdentifier(names[number]), of: peer)
    }

    @Test("A peer's further stream takes the place of its oldest")
    func ofOnePeer() {
        var places = StreamPlaces<Int>(perPeer: 2, together: 10)
        var evicted: [Int?] = []
        for number in 0..<4 { evicted.append(add(number, of: "a", to: &places)) }
        #expect(evicted == [nil, nil, 0, 1] && places.streams == [2, 3])
    }

    @Test("When all places are taken the peer with the most gives one")
    func ofSeveral() {
        var places = StreamPlaces<Int>(perPeer: 3, together: 4)
        for number in 0..<3 { _ = add(number, of: "greedy", to: &places) }
        _ = add(3, of: "b", to: &places)
        let evicted = [add(4, of: "c", to: &places), add(5, of: "d", to: &places)]
        #expect(evicted == [0, 1] && places.streams == [2, 3, 4, 5])
    }

    @Test("One that has ended leaves its place")
    func ended() {
        var places = StreamPlaces<Int>(perPeer: 1, together: 1)
        _ = add(0, of: "a", to: &places)
        places.remove(ObjectIdentifier(names[0]))
        let evicted = add(1, of: "b", to: &places)
        #expect(evicted == nil && places.streams == [1])
    }
}
