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
    private let source: AuditByteSource
    private var buffer: UnsafeMutableRawBufferPointer
    /// What of the buffer is filled, and what of that was handed on.
    private var filled = 0
    private var handed = 0
    private var offset: UInt64 = 0
    private var isAtEnd = false

    /// Whether the file is compressed.
    var isCompressed: Bool { source.isCompressed }

    /// Opens a file.
    ///
    /// - Parameter start: Where to begin, in a file that isn't compressed: at the beginning of a line.
    convenience init(path: String, from start: UInt64 = 0) throws(AuditReadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let number = errno
            throw AuditReadError(path: path, reason: String(cString: strerror(number)), isMissing: number == ENOENT)
        }
        posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
        try self.init(descriptor: descriptor, path: path, from: start)
    }

    /// Reads what a descriptor gives, which it takes over.
    ///
    /// - Parameter path: What to call it.
    init(descriptor: Int32, path: String, from start: UInt64 = 0) throws(AuditReadError) {
        self.path = path
        var status = stat()
        inode = fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
        do {
            source = try AuditByteSource(descriptor, isNamedGzip: path.hasSuffix(".gz"))
            if start > 0, !source.isCompressed {
                try source.seek(to: start)
                offset = start
            }
        } catch {
            throw AuditReadError(path: path, reason: error.reason)
        }
        buffer = .allocate(byteCount: Self.blockLength, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Whether it is the file that was seen before. Its inode may have been freed and given to another meanwhile; two
    /// files of a log never begin with the same line.
    func isStill(_ file: AuditFileSet.File) -> Bool {
        guard inode == file.inode, !source.isCompressed else { return inode == file.inode }
        return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = max(pread(source.descriptor, buffer.baseAddress, buffer.count, 0), 0)
            return AuditLineFields(AuditFileMarks.without(UnsafeRawBufferPointer(rebasing: buffer[..<count]))).sequence
                == file.firstSequence
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
        do {
            return try source.read(into: room)
        } catch {
            throw AuditReadError(path: path, reason: error.reason)
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
