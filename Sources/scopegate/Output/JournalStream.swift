import Glibc

/// The stream that systemd gives its services for their log.
enum JournalStream {
    /// Whether standard error is the stream that JOURNAL_STREAM names by device and inode (systemd.exec(5)): whoever
    /// has sent it elsewhere since may have inherited the variable.
    static let isStandardError: Bool = {
        guard let name = Environment.variables["JOURNAL_STREAM"] else { return false }
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && name == "\(status.st_dev):\(status.st_ino)"
    }()
}
