/// Which of several endpoints is asked first, and which after it when that one fails.
///
/// They are tried in the order of the configuration, but one that has just failed comes last for a while, so that not
/// every call pays for it.
public struct EndpointOrder: Sendable {
    private var avoidedUntil: [MonotonicTime?]
    private let avoidance: Int64

    /// The order of so many endpoints.
    ///
    /// - Parameter avoidance: How long one that failed comes last, in nanoseconds.
    public init(count: Int, avoidance: Int64 = 5_000_000_000) {
        avoidedUntil = [MonotonicTime?](repeating: nil, count: count)
        self.avoidance = avoidance
    }

    /// The places of the endpoints in the order in which to try them.
    public func order(at now: MonotonicTime) -> [Int] {
        let avoided = avoidedUntil.indices.filter { isAvoided($0, at: now) }
        return avoidedUntil.indices.filter { !avoided.contains($0) } + avoided
    }

    private func isAvoided(_ place: Int, at now: MonotonicTime) -> Bool {
        avoidedUntil[place].map { now < $0 } ?? false
    }

    /// An endpoint has failed.
    public mutating func failed(_ place: Int, at now: MonotonicTime) {
        avoidedUntil[place] = now.advanced(by: avoidance)
    }

    /// An endpoint has answered.
    public mutating func answered(_ place: Int) {
        avoidedUntil[place] = nil
    }
}
