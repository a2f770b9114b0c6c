import Synchronization

/// What readiness rests on, kept up to date by those who know.
final class ServiceHealth: Sendable {
    /// What a check found.
    struct Check: Sendable {
        enum State: String, Sendable {
            case ok
            /// It is worse than it should be, and requests are served.
            case degraded
            /// Requests can't be served.
            case failing
        }

        var name: String
        var state: State
        /// What is wrong, if something is.
        var reason: String
    }

    /// The listeners accept connections and no shutdown has begun.
    let isServing = Atomic<Bool>(false)
    /// Records can be written.
    let auditIsHealthy = Atomic<Bool>(true)

    /// What the gateway knows of itself.
    var checks: [Check] {
        func check(_ name: String, _ isWell: Bool, _ reason: String) -> Check {
            Check(name: name, state: isWell ? .ok : .failing, reason: reason)
        }
        return [
            check("serving", isServing.load(ordering: .relaxed), "not accepting requests"),
            check("audit", auditIsHealthy.load(ordering: .relaxed), "the audit log can't be written"),
        ]
    }
}
