import Glibc

/// Reads what is added to a log, also when it is rotated meanwhile.
public struct AuditFollower: ~Copyable {
    private let path: String
    private let filter: CompiledFilter
    private var descriptor: Int32
    private var offset: off_t
    private var rest: [UInt8] = []

    /// Begins at the end of the log as it is now.
    public init(path: String, filter: AuditFilter) {
        self.path = path
        self.filter = CompiledFilter(filter)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        offset = descriptor >= 0 ? lseek(descriptor, 0, SEEK_END) : 0
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Calls `body` with each new line that is wanted.
    public mutating func read(_ body: (AuditLine) -> Void) {
        readFile(body)
        guard wasReplaced else { return }
        // What was written to the old file until it was set aside.
        readFile(body)
        if descriptor >= 0 { close(descriptor) }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        offset = 0
        rest = []
        readFile(body)
    }

    private var wasReplaced: Bool {
        var atPath = stat()
        guard stat(path, &atPath) == 0 else { return false }
        guard descriptor >= 0 else { return true }
        var ours = stat()
        guard fstat(descriptor, &ours) == 0 else { return true }
        return ours.st_ino != atPath.st_ino || ours.st_dev != atPath.st_dev || ours.st_size < offset
    }

    private mutating func readFile(_ body: (AuditLine) -> Void) {
        guard descriptor >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
            guard count > 0 else { return }
            offset += off_t(count)
            rest += buffer[..<count]
            guard let end = rest.lastIndex(of: 0x0A) else { continue }
            rest.withUnsafeBytes { bytes in
                let whole = UnsafeRawBufferPointer(rebasing: bytes[...end])
                AuditLineReader.Block(bytes: whole, offset: 0).forEachLine { line, _ in
                    let line = AuditLine(line)
                    if filter.matches(line) { body(line) }
                }
            }
            rest.removeSubrange(...end)
        }
    }
}
