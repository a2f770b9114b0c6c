import Glibc

/// The file of a Unix socket that the gateway listens on.
struct UnixSocketFile: Sendable {
    let path: String
    private let device: UInt64
    private let inode: UInt64

    /// Makes a socket and binds it to a path; nobody can connect before it is listened on.
    ///
    /// A file that is left from a process that is gone is taken away.
    ///
    /// - Returns: The file, and the descriptor, which is the caller's.
    /// - Throws: ``GatewayStartError``.
    static func bind(_ path: String, mode: UInt32) throws -> (file: UnixSocketFile, descriptor: CInt) {
        try removeStale(path)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw GatewayStartError("no socket for \(path): \(errorText)") }
        do {
            // Linux gives the file these permissions, less the umask's: it is never open to more than are meant.
            guard fchmod(descriptor, mode) == 0 else { throw failure("can't set permissions of", path) }
            let bound = withAddress(of: path) { Glibc.bind(descriptor, $0, $1) }
            guard bound == 0 else { throw failure("can't listen on", path) }
            guard chmod(path, mode) == 0 else { throw failure("can't set permissions of", path) }
            guard let file = UnixSocketFile(path) else { throw failure("can't look at", path) }
            return (file, descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Takes the file away, unless another process has put its own in its place.
    func remove() {
        guard let now = UnixSocketFile(path), now.device == device, now.inode == inode else { return }
        unlink(path)
    }

    private static func removeStale(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure("can't look at", path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw GatewayStartError("can't listen on unix:\(path): there is a file of another kind")
        }
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw GatewayStartError("no socket for \(path): \(errorText)") }
        defer { close(probe) }
        let isListenedOn = withAddress(of: path) { connect(probe, $0, $1) } == 0 || errno != ECONNREFUSED
        guard !isListenedOn else {
            throw GatewayStartError("can't listen on unix:\(path): another process does, or it can't be reached")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("can't remove the left-over", path) }
    }

    private static func withAddress<Result>(
        of path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { memory in
            for (index, byte) in path.utf8.prefix(memory.count - 1).enumerated() { memory[index] = byte }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func failure(_ what: String, _ path: String) -> GatewayStartError {
        GatewayStartError("\(what) unix:\(path): \(errorText)")
    }

    private static var errorText: String { String(cString: strerror(errno)) }
}
