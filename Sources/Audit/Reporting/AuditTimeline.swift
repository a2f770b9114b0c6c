/// Counts over time by kind, in at most ``maximumBuckets`` buckets, whatever the time that they span.
public struct AuditTimeline {
    /// No more buckets than this are kept: when there would be more, they are made wider.
    static let maximumBuckets = 160

    /// Widths in seconds, each a multiple of the one before.
    static let widths: [Int64] = [
        1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_419_200, 29_030_400,
    ]

    private var level = 0
    private var counts: [Int64: [Int]] = [:]
    /// The kinds in the order in which they came.
    public private(set) var kinds: [String] = []
    private var indices: [[UInt8]: Int] = [:]
    /// The first and the last time, in microseconds since 1970.
    public private(set) var range: ClosedRange<Int64>?

    /// No more kinds than this are told apart; the rest is one more.
    private static let maximumKinds = 64

    /// Nothing yet.
    public init() {}

    /// The width of a bucket in seconds.
    public var width: Int64 { Self.widths[level] }

    /// Counts one of a kind.
    public mutating func count(_ time: Int64, _ kind: UnsafeRawBufferPointer) {
        range = range.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
        let index = indexOf(kind)
        counts[bucket(of: time), default: []].count(index)
        while level + 1 < Self.widths.count, span > Self.maximumBuckets { widen() }
    }

    private mutating func indexOf(_ kind: UnsafeRawBufferPointer) -> Int {
        let bytes = Array(kind)
        if let index = indices[bytes] { return index }
        guard kinds.count < Self.maximumKinds else { return kinds.count - 1 }
        indices[bytes] = kinds.count
        kinds.append(kinds.count == Self.maximumKinds - 1 ? "other" : AuditLine.text(kind))
        return kinds.count - 1
    }

    private func bucket(of time: Int64) -> Int64 {
        let seconds = time >= 0 ? time / 1_000_000 : (time - 999_999) / 1_000_000
        return seconds >= 0 ? seconds / width : (seconds - width + 1) / width
    }

    private var span: Int64 {
        range.map { bucket(of: $0.upperBound) - bucket(of: $0.lowerBound) + 1 } ?? 0
    }

    private mutating func widen() {
        let factor = Self.widths[level + 1] / Self.widths[level]
        level += 1
        var wider: [Int64: [Int]] = [:]
        for (bucket, numbers) in counts {
            let target = bucket >= 0 ? bucket / factor : (bucket - factor + 1) / factor
            for (index, number) in numbers.enumerated() where number > 0 {
                wider[target, default: []].count(index, number)
            }
        }
        counts = wider
    }

    /// All buckets from the first to the last, also empty ones, each with its start in seconds since 1970 and its
    /// counts by kind.
    public var buckets: [(start: Int64, counts: [Int])] {
        guard let range else { return [] }
        return (bucket(of: range.lowerBound)...bucket(of: range.upperBound)).map { bucket in
            var numbers = counts[bucket] ?? []
            numbers += [Int](repeating: 0, count: kinds.count - numbers.count)
            return (bucket * width, numbers)
        }
    }
}

extension [Int] {
    fileprivate mutating func count(_ index: Int, _ number: Int = 1) {
        if index >= count { self += [Int](repeating: 0, count: index + 1 - count) }
        self[index] += number
    }
}
