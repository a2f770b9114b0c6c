import Introspection
import ScopeModel
import Synchronization
import TestSupport

/// A catalog of three scopes.
enum TestCatalog {
    static func make() throws -> ScopeCatalog {
        try ScopeCatalog(
            definitions: ["read:trades", "write:trades", "read:tags"].map {
                ScopeDefinition(scope: try Scope(parsing: $0), description: $0)
            },
            presets: []
        )
    }
}

extension KeyDigest {
    /// A digest with the look of a real one for each number.
    static func numbered(_ number: UInt64) -> KeyDigest {
        var generator = SeededGenerator(seed: number)
        return KeyDigest(generator.next(), generator.next(), generator.next(), number)
    }
}

extension MonotonicTime {
    static func seconds(_ seconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seconds * 1_000_000_000)
    }
}

/// A clock that stands still until it is set.
final class TestClock: IntrospectionClock {
    private let state = Mutex((now: MonotonicTime.seconds(1000), wall: Int64(1_700_000_000)))

    var now: MonotonicTime { state.withLock { $0.now } }
    var wallSeconds: Int64 { state.withLock { $0.wall } }

    func advance(seconds: Int64) {
        state.withLock { $0 = ($0.now.advanced(by: seconds * 1_000_000_000), $0.wall + seconds) }
    }
}

extension CacheOutcome {
    /// The outcome without its grant, for comparison.
    enum Kind { case hit, aging, negative, expired, notYetValid, miss }

    var kind: Kind {
        switch self {
        case .hit: .hit
        case .aging: .aging
        case .negative: .negative
        case .expired: .expired
        case .notYetValid: .notYetValid
        case .miss: .miss
        }
    }

    var grant: Grant? {
        switch self {
        case .hit(let grant), .aging(let grant), .expired(let grant), .notYetValid(let grant): grant
        case .negative, .miss: nil
        }
    }
}
