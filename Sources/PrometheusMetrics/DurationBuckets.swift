/// The upper bounds of the buckets in which durations are counted.
public struct DurationBuckets: Equatable, Sendable {
    /// The upper bounds in nanoseconds, each inclusive, ascending; a last bucket without a bound follows.
    public let bounds: [UInt64]
    /// For each place of a duration's highest bit the first bucket that it may fall into.
    @usableFromInline
    let first: [UInt8]

    /// Buckets with these bounds, at most 200, in nanoseconds and ascending.
    public init(nanoseconds bounds: [UInt64]) {
        precondition(bounds.count <= 200 && zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds have to ascend")
        self.bounds = bounds
        first = (0..<64).map { bit in UInt8(bounds.firstIndex { $0 >= 1 << UInt64(bit) } ?? bounds.count) }
    }

    /// From 50 µs to 10 s, three to a decade: what lies between a cached decision and a time-out.
    public static let latency = DurationBuckets(
        nanoseconds: [
            50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
            100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
        ]
    )

    /// How many buckets there are, the one without a bound included.
    @inlinable
    public var count: Int { bounds.count + 1 }

    /// The bucket of a duration in nanoseconds.
    @inlinable
    public func index(of nanoseconds: UInt64) -> Int {
        var index = Int(first[63 - (nanoseconds | 1).leadingZeroBitCount])
        while index < bounds.count, bounds[index] < nanoseconds { index += 1 }
        return index
    }
}
