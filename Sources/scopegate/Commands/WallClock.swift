import Foundation

/// The wall clock, for what commands print.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: Int64 { Int64(Date().timeIntervalSince1970) }

    /// A time in seconds since 1970, as RFC 3339 has it.
    static func text(_ seconds: Int64) -> String {
        ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
}
