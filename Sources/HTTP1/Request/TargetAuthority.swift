/// The scheme and authority of a target in absolute-form (RFC 9112 §3.2.2).
public struct TargetAuthority: Equatable, Sendable {
    /// The host, and the port if there is one.
    public internal(set) var range: ByteRange
    /// Whether the scheme is https.
    public internal(set) var isSecure: Bool

    /// Whether a Host names the same authority: the same host, and the same port or none where the other has the
    /// scheme's default (RFC 9110 §4.2.3).
    func isEqual(to host: ByteRange, in bytes: Span<UInt8>) -> Bool {
        ASCII.equals(bytes, withoutDefaultPort(range, bytes), withoutDefaultPort(host, bytes))
    }

    private func withoutDefaultPort(_ range: ByteRange, _ bytes: Span<UInt8>) -> ByteRange {
        let port: StaticString = isSecure ? ":443" : ":80"
        let start = Int(range.end) - port.utf8CodeUnitCount
        // An IPv6 address has colons too, but ends with its bracket before a port.
        guard start > Int(range.start), ASCII.hasPrefix(bytes, at: start, end: Int(range.end), port) else {
            return range
        }
        return ByteRange(Int(range.start), start)
    }
}
