import CAudit
import Digests
import Glibc

/// The file that lines are appended to, with the head file beside it.
///
/// It belongs to its owner only (mode 0600, tightened when it was made otherwise) and to one process at a time
/// (flock(2)). No link is followed to it, so that nobody who may write to its directory has records written elsewhere.
/// Whether it is still the file at its path is asked after every write.
final class AuditFile: AuditStore {
    private let path: String
    private let signer: AuditSigner?
    private let rotated: @Sendable () -> Void
    private var descriptor: Int32
    private var headDescriptor: Int32 = -1
    private var status = stat()
    /// How long the file was at the last commit.
    private var committed: Int64 = 0
    private var isDirty = false
    private var mustReopen = false

    private(set) var firstTime: Int64?
    private(set) var found: (chain: AuditChain, recovered: AuditRecovered) = (AuditChain(), AuditRecovered())

    var length: Int64 { isRegular ? committed : 0 }

    /// Opens the log and looks for the end of its chain.
    ///
    /// - Parameter rotated: Called when a file was set aside.
    init(
        path: String,
        signer: AuditSigner? = nil,
        rotated: @escaping @Sendable () -> Void = {}
    ) throws(AuditOpenError) {
        self.path = path
        self.signer = signer
        self.rotated = rotated
        switch Self.open(path) {
        case .success(let opened): (descriptor, status) = opened
        case .failure(let error): throw AuditOpenError(path: path, errno: error.errno)
        }
        do {
            try findEnd()
        } catch {
            // What is open is closed by `deinit`, which runs also then: `self` is complete.
            throw AuditOpenError(path: path, errno: error.errno)
        }
    }

    deinit {
        close()
    }

    func close() {
        for open in [descriptor, headDescriptor] where open >= 0 { Glibc.close(open) }
        descriptor = -1
        headDescriptor = -1
    }

    // MARK: Opening

    private static func open(_ path: String) -> Result<(Int32, stat), AuditWriteError> {
        var status = stat()
        // A pipe must be known before it is opened, since that would wait for its other end.
        if look(path, &status) {
            guard status.st_mode & S_IFMT != S_IFLNK else { return .failure(AuditWriteError(errno: ELOOP)) }
            guard isAcceptable(status) else { return .failure(AuditWriteError(errno: EINVAL)) }
        }
        let links = isDevice(path) ? 0 : O_NOFOLLOW
        let descriptor = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | links, 0o600)
        guard descriptor >= 0 else { return .failure(AuditWriteError(errno: errno)) }
        var code: Int32 = 0
        if fstat(descriptor, &status) != 0 || !isAcceptable(status) {
            code = EINVAL
        } else if isRegular(status) {
            code = flock(descriptor, LOCK_EX | LOCK_NB) != 0 ? EWOULDBLOCK : tighten(descriptor, status)
        }
        guard code == 0 else {
            Glibc.close(descriptor)
            return .failure(AuditWriteError(errno: code))
        }
        // So that the file isn't lost with the power before its directory is written.
        if isRegular(status), status.st_size == 0 { syncDirectory(of: path) }
        return .success((descriptor, status))
    }

    /// Names of devices are links on many systems, which only root can change.
    private static func isDevice(_ path: String) -> Bool { path.hasPrefix("/dev/") }

    /// Looks at what is at a path, a link itself unless it is a device's name. False when there is nothing.
    private static func look(_ path: String, _ status: inout stat) -> Bool {
        (isDevice(path) ? stat(path, &status) : lstat(path, &status)) == 0
    }

    /// Takes away what others than the owner may do with a file. Gives an errno value, or 0.
    private static func tighten(_ descriptor: Int32, _ status: stat) -> Int32 {
        guard status.st_mode & 0o077 != 0 else { return 0 }
        return fchmod(descriptor, status.st_mode & 0o700) == 0 ? 0 : errno
    }

    private static func syncDirectory(of path: String) {
        let directory = Glibc.open(AuditFileSet.split(path).directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        Glibc.close(directory)
    }

    private func findEnd() throws(AuditWriteError) {
        guard isRegular else { return }
        let tail = try AuditTail(descriptor: descriptor, size: Int64(status.st_size))
        guard !tail.isForeign else { throw AuditWriteError(errno: EINVAL) }
        committed = tail.end
        found.recovered.torn = tail.torn
        var last = tail
        if tail.end > 0 {
            firstTime = firstLine { AuditLineFields.time(of: $0) }
        } else if let newest = AuditFileSet(path: path).rotated.last {
            last = Self.end(of: newest)
        }
        found.chain.sequence = last.sequence
        found.chain.last = last.digest
        switch AuditHead.read(AuditHead.path(of: path), signer: signer) {
        case .head(let head, _) where head.sequence > last.sequence: found.recovered.missing = head
        case .head: break
        case .absent, .unreadable: found.recovered.headIsMissing = last.sequence > 0
        }
    }

    /// The last line of a rotated file.
    private static func end(of file: AuditFileSet.File) -> AuditTail {
        var last: [UInt8] = []
        guard let reader = try? AuditLineReader(path: file.path) else { return AuditTail(lastLine: []) }
        while let block = try? reader.next() {
            block.forEachLine { line, isWhole in
                if isWhole { last = Array(line) }
            }
        }
        return AuditTail(lastLine: last)
    }

    func prepare() -> Result<Void, AuditWriteError> {
        if mustReopen {
            switch Self.open(path) {
            case .success(let opened): use(opened)
            // The lock is ours: the path leads to the same file.
            case .failure(let error) where error.errno == EWOULDBLOCK && isAtPath(): mustReopen = false
            case .failure(let error): return .failure(error)
            }
        }
        guard isDirty else { return .success(()) }
        guard ftruncate(descriptor, off_t(committed)) == 0 else { return .failure(AuditWriteError(errno: errno)) }
        isDirty = false
        return .success(())
    }

    private func use(_ opened: (Int32, stat)) {
        close()
        (descriptor, status) = opened
        committed = Int64(status.st_size)
        isDirty = false
        mustReopen = false
        firstTime = committed > 0 ? firstLine { AuditLineFields.time(of: $0) } : nil
    }

    /// Gives the beginning of the file's first line.
    private func firstLine<Value>(_ body: (UnsafeRawBufferPointer) -> Value?) -> Value? {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            return count > 0 ? body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : nil
        }
    }

    // MARK: Writing

    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError> {
        isDirty = isRegular
        return Self.write(bytes, from: offset) { pointer, count, _ in Glibc.write(self.descriptor, pointer, count) }
    }

    private static func write(
        _ bytes: [UInt8],
        from offset: Int,
        _ call: (UnsafeRawPointer?, Int, Int) -> Int
    ) -> Result<Int, AuditWriteError> {
        bytes.withUnsafeBytes { buffer in
            while true {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let count = call(rest.baseAddress, rest.count, offset)
                if count > 0 { return .success(count) }
                if count < 0, errno == EINTR { continue }
                return .failure(AuditWriteError(errno: count < 0 ? errno : EIO))
            }
        }
    }

    func replaceTorn(with line: [UInt8]) -> Result<Void, AuditWriteError> {
        guard isRegular else { return .success(()) }
        // What is written with O_APPEND goes to the end whatever the offset says (open(2), bugs), so another descriptor
        // is needed. The line is longer than what it overwrites, unless that was longer than a record keeps: at no
        // moment is the torn text in neither.
        let other = Glibc.open("/proc/self/fd/\(descriptor)", O_WRONLY | O_CLOEXEC)
        guard other >= 0 else { return .failure(AuditWriteError(errno: errno)) }
        defer { Glibc.close(other) }
        var offset = 0
        while offset < line.count {
            let written = Self.write(line, from: offset) { pointer, count, offset in
                pwrite(other, pointer, count, off_t(self.committed) + off_t(offset))
            }
            switch written {
            case .success(let count): offset += count
            case .failure(let error): return .failure(error)
            }
        }
        guard ftruncate(other, off_t(committed) + off_t(line.count)) == 0 else {
            return .failure(AuditWriteError(errno: errno))
        }
        return .success(())
    }

    func commit(synced: Bool, firstTime: Int64) -> AuditCommit {
        if synced, isRegular, fdatasync(descriptor) != 0 { return .failed(AuditWriteError(errno: errno)) }
        var now = stat()
        guard isRegular else { return .done }
        guard fstat(descriptor, &now) == 0 else { return .failed(AuditWriteError(errno: errno)) }
        if now.st_nlink == 0 {
            mustReopen = true
            switch prepare() {
            case .success: return .lost
            case .failure(let error): return .failed(error)
            }
        }
        committed = Int64(now.st_size)
        isDirty = false
        if self.firstTime == nil { self.firstTime = firstTime }
        if !isAtPath() { mustReopen = true }
        return .done
    }

    func rollBack() {
        guard isDirty else { return }
        if ftruncate(descriptor, off_t(committed)) == 0 { isDirty = false }
    }

    func reopenLater() {
        mustReopen = isRegular
    }

    func note(_ head: [UInt8]) {
        guard isRegular else { return }
        if headDescriptor < 0 {
            let headPath = AuditHead.path(of: path)
            headDescriptor = Glibc.open(
                headPath,
                O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK,
                0o600
            )
            guard headDescriptor >= 0 else { return }
            var now = stat()
            guard fstat(headDescriptor, &now) == 0, Self.isRegular(now), Self.tighten(headDescriptor, now) == 0,
                Int(now.st_size) <= head.count || ftruncate(headDescriptor, off_t(head.count)) == 0
            else {
                Glibc.close(headDescriptor)
                headDescriptor = -1
                return
            }
        }
        let written = head.withUnsafeBytes { pwrite(headDescriptor, $0.baseAddress, $0.count, 0) }
        if written != head.count {
            Glibc.close(headDescriptor)
            headDescriptor = -1
        }
    }

    // MARK: Rotation

    func rotate() -> Result<Void, AuditWriteError> {
        guard isRegular else { return .success(()) }
        let first = firstLine { AuditLineFields($0).sequence }
        let name = AuditRotation.name(of: path, firstSequence: first ?? 0)
        // Not to be lost whatever happens next.
        guard fdatasync(descriptor) == 0 else { return .failure(AuditWriteError(errno: errno)) }
        guard scopegate_rename_without_replacing(path, name) == 0 else {
            return .failure(AuditWriteError(errno: errno))
        }
        mustReopen = true
        let result = prepare()
        rotated()
        return result
    }

    // MARK: What kind of file it is

    private var isRegular: Bool { Self.isRegular(status) }

    private func isAtPath() -> Bool {
        var now = stat()
        return Self.look(path, &now) && now.st_dev == status.st_dev && now.st_ino == status.st_ino
    }

    private static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    private static func isAcceptable(_ status: stat) -> Bool {
        isRegular(status) || status.st_mode & S_IFMT == S_IFCHR
    }
}
