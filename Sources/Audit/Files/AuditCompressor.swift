import CAudit
import Glibc

/// Compresses files that were set aside.
enum AuditCompressor {
    /// zlib's level, from 1 to 9. Lines of the audit take half the time that the usual 6 takes, and a tenth more room:
    /// the time is taken from requests.
    private static let level: Int32 = 3

    /// Replaces a file by its compressed form, under the name with `.gz` at its end. At every moment one of the two is
    /// there whole.
    static func compress(_ path: String) -> Result<Void, AuditWriteError> {
        let temporary = path + ".gz.tmp"
        switch write(path, to: temporary) {
        case .failure(let error):
            unlink(temporary)
            return .failure(error)
        case .success(let times):
            var times = times
            // Retention by age goes by when the file was last written to.
            utimensat(AT_FDCWD, temporary, &times, 0)
            guard rename(temporary, path + ".gz") == 0, unlink(path) == 0 else {
                return .failure(AuditWriteError(errno: errno))
            }
            return .success(())
        }
    }

    private static func write(_ path: String, to temporary: String) -> Result<[timespec], AuditWriteError> {
        var status = stat()
        guard stat(path, &status) == 0, let reader = try? AuditLineReader(path: path) else {
            return .failure(AuditWriteError(errno: errno))
        }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return .failure(AuditWriteError(errno: errno)) }
        // zlib closes its own copy; this one is for fsync(2).
        defer { close(descriptor) }
        let copy = dup(descriptor)
        guard copy >= 0, let file = scopegate_gzip_writer(copy, level) else {
            return .failure(AuditWriteError(errno: ENOMEM))
        }
        var isWhole = true
        do {
            while isWhole, let block = try reader.next() {
                isWhole = gzwrite(file, block.bytes.baseAddress, UInt32(block.bytes.count)) == Int32(block.bytes.count)
            }
        } catch {
            isWhole = false
        }
        guard gzclose(file) == Z_OK, isWhole, fsync(descriptor) == 0 else {
            return .failure(AuditWriteError(errno: errno == 0 ? EIO : errno))
        }
        return .success([status.st_mtim, status.st_mtim])
    }
}
