import Audit
import GatewayConfig
import Glibc

/// Where lines of the access log are written. Not thread-safe.
final class AccessLogOutput: Sendable {
    /// A file can't be opened.
    struct OpenError: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private let isOwned: Bool

    init(_ destination: AccessLogConfiguration.Destination) throws(OpenError) {
        switch destination {
        case .standardOutput:
            descriptor = STDOUT_FILENO
            isOwned = false
        case .file(let path):
            descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
            isOwned = true
            guard descriptor >= 0 else {
                throw OpenError(description: "\(path) can't be opened: \(String(cString: strerror(errno)))")
            }
        }
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Writes lines; gives those that couldn't be written, and why.
    func write(_ lines: [UInt8]) -> (unwritten: ArraySlice<UInt8>, problem: String) {
        var output = DescriptorOutput(descriptor)
        let unwritten = output.write(lines)
        return (unwritten, output.problem)
    }

    /// Whether it writes to the regular file at a path.
    func isFile(at path: String) -> Bool {
        var (own, other) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, stat(path, &other) == 0, own.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }
}
