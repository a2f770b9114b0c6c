import Glibc

/// Where a log is read from.
enum AuditPlace: Equatable {
    /// A file, with those that were set aside and the head file beside it.
    case files
    /// Standard input, a pipe or a device: what it gives is all that there is.
    case stream(name: String)

    /// What stands for standard input.
    static let standardInput = "-"

    private static let ofDescriptors = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"]

    /// - Throws: When it is something that can't be read as a log.
    init(of path: String) throws(AuditReadError) {
        if path == Self.standardInput {
            self = .stream(name: "standard input")
            return
        }
        guard !Self.ofDescriptors.contains(where: path.hasPrefix) else {
            self = .stream(name: path)
            return
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // The files that were set aside may be there yet.
            self = .files
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .files
        case S_IFDIR: throw AuditReadError(path: path, reason: "it is a directory: name the log itself, a file in it")
        default: self = .stream(name: path)
        }
    }

    /// What the log at a path is called in messages.
    func name(_ path: String) -> String {
        if case .stream(let name) = self { name } else { path }
    }

    /// Opens a stream.
    static func reader(of path: String, name: String) throws(AuditReadError) -> AuditLineReader {
        guard path == standardInput else { return try AuditLineReader(path: path) }
        let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else { throw AuditReadError(path: name, reason: String(cString: strerror(errno))) }
        return try AuditLineReader(descriptor: descriptor, path: name)
    }
}
