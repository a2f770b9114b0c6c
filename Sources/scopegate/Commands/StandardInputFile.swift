import GatewayConfig
import Glibc

/// The files of the system, and standard input under a name of its own.
struct StandardInputFile: FileReading {
    /// What standard input is called in diagnostics.
    static let name = "<standard input>"

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        guard path == Self.name else { return try SystemFiles().read(path, limit: limit) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(STDIN_FILENO, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .other(String(cString: strerror(errno))) }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= limit else { throw .tooLarge(limit) }
            bytes += piece[..<count]
        }
    }
}
