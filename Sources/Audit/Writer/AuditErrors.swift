import Glibc

/// The audit log couldn't be opened.
public struct AuditOpenError: Error, Hashable, Sendable {
    /// The path, as given.
    public let path: String
    /// The errno value; `EINVAL` when the path leads to something that isn't a regular file or a character device.
    public let errno: Int32
}

extension AuditOpenError: CustomStringConvertible {
    /// The error in words.
    public var description: String { "cannot open the audit log \(path): \(String(cString: strerror(errno)))" }
}

/// A write to the audit log failed.
public struct AuditWriteError: Error, Hashable, Sendable {
    /// The errno value of write(2).
    public let errno: Int32
}

extension AuditWriteError: CustomStringConvertible {
    /// The error in words.
    public var description: String { "cannot write the audit log: \(String(cString: strerror(errno)))" }
}
