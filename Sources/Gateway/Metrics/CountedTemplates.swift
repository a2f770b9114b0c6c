import RouteMap
import Synchronization

/// The path templates that requests are counted by: a number for each template that was ever in force, so that counts
/// outlive a reload.
///
/// Two numbers are for requests of no template. Nothing that a client sends makes a new one.
final class CountedTemplates: Sendable {
    /// The number of requests that no template matches.
    static let unmapped: Int32 = 0
    /// The number of requests whose head can't be read.
    static let unreadable: Int32 = 1

    private struct State {
        var numbers: [String: Int32] = [:]
        // Templates begin with a slash, so these can't be mistaken for any.
        var names = ["unmapped", "unreadable"]
    }

    private let state = Mutex(State())

    /// The numbers of a map's templates, in the order of the map.
    func numbers(of map: RouteMap) -> [Int32] {
        state.withLock { state in
            map.templates.map { template in
                if let number = state.numbers[template.text] { return number }
                let number = Int32(state.names.count)
                state.numbers[template.text] = number
                state.names.append(template.text)
                return number
            }
        }
    }

    /// The names of all numbers that there are.
    var names: [String] { state.withLock { $0.names } }

    /// How many numbers there are.
    var count: Int { state.withLock { $0.names.count } }
}
