import CCrypto

/// The kernel's cryptographically secure random source (getrandom(2)).
public enum SystemRandom {
    /// `count` random bytes; none for a count of zero or less. Waits only while the kernel's source isn't seeded yet,
    /// early at boot.
    public static func bytes(count: Int) throws(SystemRandomError) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let code = bytes.withUnsafeMutableBytes { scopegate_random($0.baseAddress, $0.count) }
        guard code == 0 else { throw SystemRandomError(errno: code) }
        return bytes
    }
}

/// The kernel gave no random bytes.
public struct SystemRandomError: Error, Equatable {
    /// The errno value of getrandom(2).
    public let errno: Int32
}
