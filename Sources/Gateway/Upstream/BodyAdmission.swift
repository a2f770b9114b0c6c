import DequeModule

/// Bounds how many upstream connections of a loop requests may hold whose bodies have not arrived yet, so that clients
/// that send slowly can't take all of them: the others are always left for requests that are complete.
///
/// A request beyond the bound waits, with a bounded part of its body in memory, until its body is complete or another
/// one's is. Loop-bound.
struct BodyAdmission<Waiter: AnyObject> {
    private let limit: Int
    private var admitted = 0
    private var waiting: Deque<Waiter> = []

    /// - Parameter connections: The bound of the loop's pool; half of it may be held by incomplete requests.
    init(connections: Int) {
        limit = max(1, connections / 2)
    }

    /// Whether a request with an incomplete body may take a connection now; if not it waits to be called.
    mutating func admit(_ waiter: Waiter) -> Bool {
        guard admitted < limit else {
            waiting.append(waiter)
            return false
        }
        admitted += 1
        return true
    }

    /// An admitted request has become complete or has ended; answers who may take a connection in its place.
    mutating func release() -> Waiter? {
        admitted -= 1
        guard let next = waiting.popFirst() else { return nil }
        admitted += 1
        return next
    }

    /// A request that waits has become complete or has ended.
    mutating func cancel(_ waiter: Waiter) {
        if let index = waiting.firstIndex(where: { $0 === waiter }) { waiting.remove(at: index) }
    }
}
