import Glibc

/// The file that audit records are appended to.
///
/// It is opened with `O_APPEND`, so that several processes may share it, and created for its owner only (mode 0600).
final class AuditFile: AuditSink {
    private let descriptor: Int32
    let endsInTornLine: Bool

    init(path: String) throws(AuditOpenError) {
        var status = stat()
        // A pipe must be known before it is opened, since that would wait for its other end.
        if stat(path, &status) == 0, !Self.isAcceptable(status) {
            throw AuditOpenError(path: path, errno: EINVAL)
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { throw AuditOpenError(path: path, errno: errno) }
        guard fstat(descriptor, &status) == 0, Self.isAcceptable(status) else {
            close(descriptor)
            throw AuditOpenError(path: path, errno: EINVAL)
        }
        self.descriptor = descriptor
        endsInTornLine = Self.isRegular(status) && status.st_size > 0 && Self.lastByte(of: path, status) != 0x0A
    }

    deinit {
        close(descriptor)
    }

    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError> {
        bytes.withUnsafeBytes { buffer in
            while true {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 { return .success(count) }
                if count < 0, errno == EINTR { continue }
                return .failure(AuditWriteError(errno: count < 0 ? errno : EIO))
            }
        }
    }

    private static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    private static func isAcceptable(_ status: stat) -> Bool {
        isRegular(status) || status.st_mode & S_IFMT == S_IFCHR
    }

    /// The last byte of a file, or nil when it can't be read; then the line is taken for torn, which costs an empty
    /// line.
    private static func lastByte(of path: String, _ status: stat) -> UInt8? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        return pread(descriptor, &byte, 1, status.st_size - 1) == 1 ? byte : nil
    }
}
