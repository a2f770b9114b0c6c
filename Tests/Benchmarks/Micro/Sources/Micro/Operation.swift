/// Something whose cost is watched.
struct Operation: Sendable {
    let name: String
    /// Makes what the operation needs, and returns what does it so many times.
    let prepare: @Sendable () throws -> (_ count: Int) -> Void
}

/// Keeps a result from being optimised away.
@inline(never)
func keep(_ value: Int) {}
