import CCurl
import NIOCore

/// The monotonic clock as it stood at the kernel's last tick, 1 to 10 ms ago: enough for time-outs, and read at a
/// fraction of what the exact time costs, which on many virtual machines is a trip to the hypervisor's counter.
public enum CoarseClock {
    /// The time, on the scale of `NIODeadline.now()`.
    public static var now: NIODeadline { .uptimeNanoseconds(ccurl_coarse_monotonic_nanoseconds()) }
}
