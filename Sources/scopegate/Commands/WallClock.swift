import Foundation
import Glibc

/// The wall clock of the commands.
enum WallClock {
    /// Microseconds since 1970-01-01T00:00:00Z.
    static var microseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    static var seconds: Int64 { microseconds / 1_000_000 }

    /// A time in seconds since 1970, as RFC 3339 has it.
    static func text(_ seconds: Int64) -> String {
        ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
}
