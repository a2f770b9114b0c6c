/// The places for streams of events: so many of each peer, and so many together. Whoever comes gets one; the peer's
/// oldest has to go for it, or the oldest of the peer with the most, so that no peer can hold the others' places.
struct StreamPlaces<Stream> {
    private var places: [(id: ObjectIdentifier, peer: String, stream: Stream)] = []
    private let perPeer: Int
    private let together: Int

    init(perPeer: Int, together: Int) {
        self.perPeer = max(1, perPeer)
        self.together = max(1, together)
    }

    /// Those that there are, the oldest first.
    var streams: [Stream] { places.map(\.stream) }

    /// Takes a stream in, and gives the one that has to go for it, if one has.
    mutating func add(_ stream: Stream, id: ObjectIdentifier, of peer: String) -> Stream? {
        var evicted: Stream?
        if places.count(where: { $0.peer == peer }) >= perPeer {
            evicted = removeOldest(of: peer)
        } else if places.count >= together {
            let counts = Dictionary(grouping: places, by: \.peer).mapValues(\.count)
            let most = counts.values.max() ?? 0
            evicted = places.first { counts[$0.peer] == most }.flatMap { removeOldest(of: $0.peer) }
        }
        places.append((id, peer, stream))
        return evicted
    }

    mutating func remove(_ id: ObjectIdentifier) {
        places.removeAll { $0.id == id }
    }

    private mutating func removeOldest(of peer: String) -> Stream? {
        places.firstIndex { $0.peer == peer }.map { places.remove(at: $0).stream }
    }
}
