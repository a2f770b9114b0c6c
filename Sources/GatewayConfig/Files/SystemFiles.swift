import Glibc

/// The files of the system.
public struct SystemFiles: FileReading, Sendable {
    private static let pieceLength = 64 << 10

    /// The files of the system.
    public init() {}

    /// The bytes of a file, a pipe, or anything else that can be read to an end.
    public func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .notFound }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: Self.pieceLength)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.error(errno) }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= limit else { throw .tooLarge(limit) }
            bytes += piece[..<count]
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
