import NIOCore

/// The reading of the rest of a request's body whose response has been sent.
struct Drain {
    /// The connection ends behind it.
    var closes = false
    /// How much is read at most, in bytes.
    var byteLimit: UInt64 = 0
    /// When it ends at the latest.
    var until = NIODeadline.distantFuture
    /// How much has been read, in bytes.
    var byteCount: UInt64 = 0
}
