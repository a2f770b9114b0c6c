import Digests
import Glibc
import StrictJSON

/// The end of a log's file: its last whole record, and what follows it.
struct AuditTail {
    /// Where the last whole record ends; 0 when there is none.
    var end: Int64 = 0
    /// The number of the last record; 0 when it has none, being from before there was a chain.
    var sequence: UInt64 = 0
    /// The digest of the last line; zero when there is none.
    var digest = Digest256.zero
    /// What follows the last whole record: part of a line, or what else a crash may leave.
    var torn: [UInt8] = []
    /// No record was found, and what is there doesn't look like the beginning of one.
    var isForeign = false

    /// More than this without a record is no torn line.
    private static let longestTorn = AuditLineReader.longestLine

    /// Looks at the end of a file.
    init(descriptor: Int32, size: Int64) throws(AuditWriteError) {
        guard size > 0 else { return }
        var length = min(Int64(64 << 10), size)
        while true {
            let bytes = try Self.read(descriptor, from: size - length, count: Int(length))
            if find(in: bytes, startsFile: length == size, at: size - length) { return }
            guard length < size, length < Self.longestTorn else {
                isForeign = true
                return
            }
            length = min(length * 8, size)
        }
    }

    /// Looks at what is known to end with a whole line, or to be empty.
    init(lastLine line: [UInt8]) {
        guard !line.isEmpty else { return }
        digest = SHA256.hash((line + [0x0A]).span)
        sequence = line.withUnsafeBytes { AuditLineFields($0).sequence ?? 0 }
    }

    /// Looks for the last record in the end of a file. False when more of the file is needed.
    private mutating func find(in bytes: [UInt8], startsFile: Bool, at offset: Int64) -> Bool {
        var end = bytes.count
        while let lineFeed = bytes[..<end].lastIndex(of: 0x0A) {
            let before = bytes[..<lineFeed].lastIndex(of: 0x0A)
            guard before != nil || startsFile else { return false }
            let start = before.map { $0 + 1 } ?? 0
            let line = Array(bytes[start..<lineFeed])
            if Self.isRecord(line) {
                self = AuditTail(lastLine: line)
                self.end = offset + Int64(lineFeed) + 1
                torn = Array(bytes[(lineFeed + 1)...])
                return true
            }
            end = lineFeed
        }
        guard startsFile else { return false }
        torn = bytes
        let beginning = Array("{\"time\":\"".utf8)
        isForeign = !bytes.allSatisfy { $0 == 0 } && !zip(bytes, beginning).allSatisfy { $0 == $1 }
        return true
    }

    private static func isRecord(_ line: [UInt8]) -> Bool {
        guard case .object(let object) = try? JSONValue(parsing: line.span) else { return false }
        return object["time"] != nil
    }

    private static func read(_ descriptor: Int32, from offset: Int64, count: Int) throws(AuditWriteError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    count - filled,
                    off_t(offset) + off_t(filled)
                )
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw AuditWriteError(errno: got < 0 ? errno : EIO) }
            filled += got
        }
        return bytes
    }
}
