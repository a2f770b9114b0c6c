import Glibc

/// The files of the system.
public struct SystemFiles: FileReading, Sendable {
    private static let pieceLength = 64 << 10

    /// How long the writer of a pipe may take.
    private let patience: Duration

    /// The files of the system.
    ///
    /// - Parameter patience: How long the writer of a pipe may take.
    public init(patience: Duration = .seconds(5)) { self.patience = patience }

    /// The bytes of a file, or of a pipe or device that comes to an end soon: whoever reads must not wait for a writer
    /// that may never come.
    public func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .notFound }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.error(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.error(errno) }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFREG || status.st_size <= limit else { throw .tooLarge(limit) }
        var bytes: [UInt8] = []
        // An array that grows holds twice its bytes.
        if kind == S_IFREG { bytes.reserveCapacity(Int(status.st_size)) }
        var piece = [UInt8](repeating: 0, count: Self.pieceLength)
        let end = ContinuousClock.now + patience
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                try Self.wait(for: descriptor, until: end)
                continue
            }
            guard count >= 0 else { throw Self.error(errno) }
            guard count > 0 else {
                // Nobody has the other end.
                guard kind != S_IFIFO || !bytes.isEmpty else { throw .isSilent }
                return bytes
            }
            guard bytes.count + count <= limit else { throw .tooLarge(limit) }
            bytes += piece[..<count]
        }
    }

    private static func wait(for descriptor: Int32, until end: ContinuousClock.Instant) throws(FileReadError) {
        let left = end - .now
        guard left > .zero else { throw .isSilent }
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, Int32((left / .milliseconds(1)).rounded(.up))) >= 0 || errno == EINTR else {
            throw error(errno)
        }
    }

    private static func error(_ code: Int32) -> FileReadError {
        switch code {
        case ENOENT, ENOTDIR: .notFound
        case EACCES, EPERM: .permissionDenied
        case EISDIR: .isDirectory
        default: .other(String(cString: strerror(code)))
        }
    }
}
