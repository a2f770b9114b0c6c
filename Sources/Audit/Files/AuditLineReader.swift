import CAudit
import Glibc

/// Reads a file in large blocks of whole lines, compressed or not, in constant memory.
///
/// Not thread-safe.
final class AuditLineReader {
    /// The part of a file that was read at a time: whole lines, but for the last block of a file.
    struct Block {
        let bytes: UnsafeRawBufferPointer
        /// Where it begins in the uncompressed file.
        let offset: UInt64
    }

    /// Blocks are this long, unless a line is longer.
    static let blockLength = 1 << 20
    /// No line of the audit is longer; what is, is handed on in pieces.
    static let longestLine = 8 << 20

    private let inode: UInt64
    private let path: String
    private var source: Source
    private var buffer: UnsafeMutableRawBufferPointer
    /// What of the buffer is filled, and what of that was handed on.
    private var filled = 0
    private var handed = 0
    private var offset: UInt64
    private var isAtEnd = false

    private enum Source {
        case plain(Int32)
        case gzip(gzFile)
    }

    /// Opens a file. One whose name ends in `.gz` is taken for compressed.
    ///
    /// - Parameter start: Where to begin, in a file that isn't compressed: at the beginning of a line.
    init(path: String, from start: UInt64 = 0) throws(AuditReadError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let number = errno
            throw AuditReadError(path: path, reason: String(cString: strerror(number)), isMissing: number == ENOENT)
        }
        var status = stat()
        inode = fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
        posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
        if path.hasSuffix(".gz") {
            guard let file = scopegate_gzip_reader(descriptor, 256 * 1024) else {
                close(descriptor)
                throw AuditReadError(path: path, reason: "not enough memory")
            }
            source = .gzip(file)
            offset = 0
        } else {
            source = .plain(descriptor)
            offset = start
            if start > 0 { lseek(descriptor, off_t(start), SEEK_SET) }
        }
        buffer = .allocate(byteCount: Self.blockLength, alignment: 64)
    }

    deinit {
        switch source {
        case .plain(let descriptor): close(descriptor)
        case .gzip(let file): gzclose(file)
        }
        buffer.deallocate()
    }

    /// Whether it is the file that was seen before. Its inode may have been freed and given to another meanwhile; two files
    /// of a log never begin with the same line.
    func isStill(_ file: AuditFileSet.File) -> Bool {
        guard inode == file.inode, case .plain(let descriptor) = source else { return inode == file.inode }
        return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = max(pread(descriptor, buffer.baseAddress, buffer.count, 0), 0)
            return AuditLineFields(UnsafeRawBufferPointer(rebasing: buffer[..<count])).sequence == file.firstSequence
        }
    }

    /// The next block, which is valid until the next call; nil at the end of the file. Only the last one may end in the
    /// middle of a line.
    func next() throws(AuditReadError) -> Block? {
        offset += UInt64(handed)
        let rest = filled - handed
        if rest > 0, handed > 0, let base = buffer.baseAddress { memmove(base, base + handed, rest) }
        filled = rest
        handed = 0
        while true {
            if !isAtEnd { try fill() }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            let end = scopegate_last_index(bytes.baseAddress, bytes.count, 0x0A)
            if end >= 0 {
                handed = end + 1
            } else if isAtEnd || filled >= Self.longestLine {
                handed = filled
            } else {
                grow()
                continue
            }
            guard handed > 0 else { return nil }
            return Block(bytes: UnsafeRawBufferPointer(rebasing: buffer[..<handed]), offset: offset)
        }
    }

    private func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        buffer.deallocate()
        buffer = larger
    }

    private func fill() throws(AuditReadError) {
        while filled < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try read(into: room)
            if count == 0 {
                isAtEnd = true
                return
            }
            filled += count
        }
    }

    private func read(into room: UnsafeMutableRawBufferPointer) throws(AuditReadError) -> Int {
        switch source {
        case .plain(let descriptor):
            while true {
                let count = Glibc.read(descriptor, room.baseAddress, room.count)
                if count >= 0 { return count }
                guard errno == EINTR else {
                    throw AuditReadError(path: path, reason: String(cString: strerror(errno)))
                }
            }
        case .gzip(let file):
            let count = gzread(file, room.baseAddress, UInt32(room.count))
            guard count >= 0, count > 0 || scopegate_gzip_failed(file) == 0 else {
                throw AuditReadError(path: path, reason: "the compressed data is damaged or cut off")
            }
            return Int(count)
        }
    }
}

extension AuditLineReader.Block {
    /// Calls `body` with every line, without its line feed. The last one may have had none; then `isWhole` is false.
    func forEachLine<Failure: Error>(
        _ body: (_ line: UnsafeRawBufferPointer, _ isWhole: Bool) throws(Failure) -> Void
    ) throws(Failure) {
        guard let base = bytes.baseAddress else { return }
        var start = 0
        while start < bytes.count {
            let rest = bytes.count - start
            let found = memchr(base + start, 0x0A, rest).map { UnsafeRawPointer($0) - base }
            let end = found ?? bytes.count
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), found != nil)
            start = end + 1
        }
    }
}
