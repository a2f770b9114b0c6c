import Synchronization

/// What readiness rests on, kept up to date by those who know.
final class ServiceHealth: Sendable {
    /// The listeners accept connections and no shutdown has begun.
    let isServing = Atomic<Bool>(false)
    /// Records can be written.
    let auditIsHealthy = Atomic<Bool>(true)

    /// The checks of `/readyz`, with what is wrong for each that fails.
    var checks: [(name: String, problem: String?)] {
        [
            ("serving", isServing.load(ordering: .relaxed) ? nil : "not accepting requests"),
            ("audit", auditIsHealthy.load(ordering: .relaxed) ? nil : "the audit log can't be written"),
        ]
    }
}
