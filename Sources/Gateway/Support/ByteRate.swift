/// A bound on bytes per second, which lets a second's worth through at once.
struct ByteRate: Equatable {
    /// How many bytes may come in a second.
    let perSecond: Int
    private var left: Int
    private var countedAt: UInt64 = 0

    init(perSecond: Int) {
        self.perSecond = max(1, perSecond)
        left = self.perSecond
    }

    /// Whether anything is left.
    ///
    /// - Parameter now: A monotonic time in nanoseconds.
    mutating func hasRoom(at now: UInt64) -> Bool {
        refill(at: now)
        return left > 0
    }

    /// Counts bytes that have come; the last ones may be more than are left.
    mutating func take(_ bytes: Int, at now: UInt64) {
        refill(at: now)
        left -= bytes
    }

    private mutating func refill(at now: UInt64) {
        guard now > countedAt else { return }
        // More than a second's worth is never saved up, so that no product below can overflow.
        let elapsed = Double(min(now - countedAt, 3_600_000_000_000)) / 1_000_000_000
        let gained = elapsed * Double(perSecond)
        guard gained >= 1 else { return }
        left = min(perSecond, left + Int(min(gained, Double(perSecond) * 2 + Double(max(0, -left)))))
        countedAt = now
    }
}
