import ArgumentParser
import Glibc

/// A file to write, which takes the place of nothing but a regular file.
struct OutputFile {
    /// A file by its device and inode, whatever names it has.
    struct Identity: Equatable {
        private let device: dev_t
        private let inode: ino_t

        fileprivate init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }

        /// The file that a path leads to, or standard input; `nil` when there is none.
        init?(_ path: String?) {
            var status = stat()
            guard (path.map { stat($0, &status) } ?? fstat(STDIN_FILENO, &status)) == 0 else { return nil }
            self.init(status)
        }
    }

    let path: String
    /// The path from the root, without links and dots.
    private let place: String
    private let identity: Identity?

    /// Whether there is such a file already.
    var isThere: Bool { identity != nil }

    /// Looks at what is there.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        if lstat(path, &status) == 0 {
            guard let kind = Self.kind(status) else { throw ValidationError("\(path) can't be written") }
            guard kind == .regular else {
                throw ValidationError("\(path) is \(kind.rawValue); only a regular file is ever replaced")
            }
            identity = Identity(status)
        } else if errno == ENOENT {
            identity = nil
        } else {
            throw ValidationError("\(path) can't be written: \(String(cString: strerror(errno)))")
        }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
        let folder = slash.map { path[..<path.utf8.index(after: $0)] } ?? "."
        guard !name.isEmpty else { throw ValidationError("\(path) names a directory, not a file") }
        guard let resolved = realpath(String(folder), nil) else {
            throw ValidationError("\(path) can't be written: \(folder): \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        place = String(cString: resolved) + "/" + name
    }

    /// Whether two are one file, by a link or by another spelling of the path.
    func isSame(as other: OutputFile) -> Bool { place == other.place || isSame(as: other.identity) }

    /// Whether it is a file that is there.
    func isSame(as other: Identity?) -> Bool { identity != nil && identity == other }

    private enum Kind: String {
        case regular = "a regular file"
        case fifo = "a FIFO"
        case device = "a device"
        case socket = "a socket"
        case directory = "a directory"
        case link = "a symbolic link"
    }

    private static func kind(_ status: stat) -> Kind? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFIFO: .fifo
        case S_IFCHR, S_IFBLK: .device
        case S_IFSOCK: .socket
        case S_IFDIR: .directory
        case S_IFLNK: .link
        default: nil
        }
    }
}
