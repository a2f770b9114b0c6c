/// Which configuration runs, since when, and how it came.
public struct Generation: Sendable {
    /// The way that a configuration came.
    public enum Way: String, CaseIterable, Sendable {
        /// With the start of the process.
        case start
        /// By SIGHUP.
        case signal
        /// By `POST /reload` on the admin listener.
        case admin
        /// Because a file changed.
        case file
    }

    /// The number, from 1 for the start, one more with each reload.
    public let number: UInt64
    /// The digest of the route file.
    public let digest: String
    /// How many routes it has.
    public let routes: Int
    /// When it came into force, in microseconds since 1970-01-01T00:00:00Z.
    public let timeMicroseconds: Int64
    /// The way it came.
    public let way: Way

    /// For how many whole seconds it has been in force; 0 when the clock was set back meanwhile.
    func ageSeconds(at nowMicroseconds: Int64) -> Int64 {
        max(0, nowMicroseconds - timeMicroseconds) / 1_000_000
    }
}
