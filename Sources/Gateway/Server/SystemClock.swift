import CurlTransport
import Glibc
import Introspection
import NIOCore
import SimpleHTTP

/// The system's clocks. What requests read of them is as it stood at the kernel's last tick: see ``CoarseClock``.
struct SystemClock: IntrospectionClock {
    var now: MonotonicTime {
        MonotonicTime(nanoseconds: Int64(CoarseClock.now.uptimeNanoseconds))
    }

    var wallSeconds: Int64 { Self.coarseWallMilliseconds / 1000 }

    /// Milliseconds since 1970-01-01T00:00:00Z, as they stood at the kernel's last tick.
    static var coarseWallMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Microseconds since 1970-01-01T00:00:00Z, exactly.
    static var wallMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// Renders the time as HTTP has it (IMF-fixdate, RFC 9110 §5.6.7), anew once a second.
struct HTTPDate {
    private var second = Int64.min
    private(set) var text: [UInt8] = []

    mutating func at(seconds: Int64) -> [UInt8] {
        if seconds != second {
            second = seconds
            text = Array(Timestamp(seconds: seconds).httpDate.utf8)
        }
        return text
    }
}
