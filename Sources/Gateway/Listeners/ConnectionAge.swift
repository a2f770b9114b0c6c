import NIOCore

/// How old a connection may become.
enum ConnectionAge {
    /// The age of one that begins now: that of `limits.connection_age`, give or take a tenth, lest those that came
    /// together go together. Nil when there is no such limit.
    static func drawn(from snapshot: RuntimeSnapshot) -> TimeAmount? {
        snapshot.limits.connectionAge.map { age in
            .nanoseconds(age.nanoseconds / 10 * 9 + Int64.random(in: 0...max(1, age.nanoseconds / 5)))
        }
    }
}
