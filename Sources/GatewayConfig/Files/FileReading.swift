/// Why a file could not be read.
public enum FileReadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case notFound
    /// It may not be read.
    case permissionDenied
    /// It is a directory.
    case isDirectory
    /// It has more bytes than the limit; the limit.
    case tooLarge(Int)
    /// It is a pipe that nobody writes to, or whose writer takes too long, or a device that gives nothing.
    case isSilent
    /// The system's words for something else.
    case other(String)

    /// The reason, as the end of a sentence that starts with the file.
    public var description: String {
        switch self {
        case .notFound: "there is no such file"
        case .permissionDenied: "permission denied"
        case .isDirectory: "it is a directory"
        case .tooLarge(let limit): "it has more than \(ByteSize.text(limit))"
        case .isSilent: "nothing comes of it: it is a pipe or a device, and not a file"
        case .other(let reason): reason
        }
    }
}

/// Where a configuration's files are read from; the file system, or a test's own.
public protocol FileReading {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: the path, from the working directory or absolute.
    ///   - limit: the most bytes to read.
    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8]
}

/// Reads files, and knows which.
final class RecordedReading<Files: FileReading>: FileReading {
    private let files: Files
    /// The paths, in the order in which they were asked for.
    private(set) var paths: [String] = []

    init(_ files: Files) { self.files = files }

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        paths.append(path)
        return try files.read(path, limit: limit)
    }
}
