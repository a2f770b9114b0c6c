import Glibc

/// The audit log couldn't be opened.
public struct AuditOpenError: Error, Hashable, Sendable {
    /// The path, as given.
    public let path: String
    /// The errno value; `EINVAL` when the path leads to something that isn't a regular file or a character device, or
    /// to a file that holds something else than an audit; `EWOULDBLOCK` when another process writes to it; `ELOOP` for
    /// a symbolic link; `EPERM` when others may use the file and that can't be changed.
    public let errno: Int32
}

extension AuditOpenError: CustomStringConvertible {
    /// The error in words.
    public var description: String {
        let reason =
            switch errno {
            case EWOULDBLOCK: "another process writes to it"
            case EINVAL: "it is not a file, or not an audit log"
            case ELOOP: "it is a symbolic link, which is not followed: name the file that it leads to"
            case EPERM: "others than its owner may read or write it, and that can't be changed: make it this user's own"
            default: String(cString: strerror(errno))
            }
        return "cannot open the audit log \(path): \(reason)"
    }
}

/// A write to the audit log failed.
public struct AuditWriteError: Error, Hashable, Sendable {
    /// The errno value of the system call that failed.
    public let errno: Int32
}

extension AuditWriteError: CustomStringConvertible {
    /// The error in words.
    public var description: String { "cannot write the audit log: \(String(cString: strerror(errno)))" }
}
