import Foundation

/// Tells the present time.
public struct WallClock: Sendable {
    /// The present in whole seconds since 1970-01-01T00:00:00Z.
    public var now: @Sendable () -> Int64

    /// A clock that asks `now` for the time.
    public init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// The clock of the machine.
    public static let system = WallClock { Int64(Date().timeIntervalSince1970) }
}
