import Audit
import Foundation
import GatewayConfig
import Glibc

/// A file that keeps the anchor of a log from one check to the next.
struct AnchorFile {
    let path: String

    /// Nil when none is named.
    init?(_ path: String?) {
        guard let path else { return nil }
        self.path = path
    }

    /// The anchor in the file; nil when there is no file yet. The command ends when there is something else in it.
    func read() throws -> AuditAnchor? {
        let bytes: [UInt8]
        do {
            bytes = try SystemFiles().read(path, limit: 4096)
        } catch .notFound {
            return nil
        } catch {
            throw fail("can't be read: \(error)")
        }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard let anchor = AuditAnchor(text) else {
            throw fail("holds no anchor, NUMBER:DIGEST; if a new one is to be begun, remove the file")
        }
        return anchor
    }

    /// Keeps an anchor. At every moment the file holds the old one or the new one.
    func write(_ anchor: AuditAnchor) throws {
        let temporary = "\(path).\(getpid()).tmp"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = open(temporary, flags, 0o600)
        guard descriptor >= 0 else { throw fail("can't be written: \(String(cString: strerror(errno)))") }
        let line = Array("\(anchor)\n".utf8)
        let isWritten = Glibc.write(descriptor, line, line.count) == line.count && fsync(descriptor) == 0
        let number = errno
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(isWritten ? errno : number))
            unlink(temporary)
            throw fail("can't be written: \(reason)")
        }
    }

    private func fail(_ reason: String) -> ExitStatus {
        StandardError.write("error: the anchor file \(path) \(reason)")
        return .badInput
    }
}
