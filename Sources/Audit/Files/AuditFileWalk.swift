import Glibc

/// Goes through the files of a log from the oldest on, each once and none left out, also while the log is rotated and
/// its files are compressed.
struct AuditFileWalk {
    private let path: String
    private var files: [AuditFileSet.File]
    /// What couldn't be read when the directory was looked at last.
    private(set) var problems: [AuditReadError]
    private var done: Set<Key> = []
    /// The name of the stream that takes the place of files; nil for files.
    private let stream: String?

    /// What stays the same when a file is renamed or compressed.
    private enum Key: Hashable {
        case sequence(UInt64)
        case path(String)

        init(_ file: AuditFileSet.File) {
            self = file.firstSequence.map { .sequence($0) } ?? .path(file.path)
        }
    }

    /// How often the directory is looked at anew because a file isn't where it was, before that is an error.
    private static let attempts = 20

    /// - Throws: When there is something at the path that can't be read as a log.
    init(path: String) throws(AuditReadError) {
        self.path = path
        if case .stream(let name) = try AuditPlace(of: path) {
            stream = name
            files = [AuditFileSet.File(path: name, firstSequence: nil, firstTime: nil, size: 0, modified: 0)]
            problems = []
            return
        }
        stream = nil
        let set = AuditFileSet(path: path)
        files = set.files
        problems = set.problems
    }

    /// Whether there is no log at all.
    var isAbsent: Bool { stream == nil && files.isEmpty && problems.isEmpty && access(path, F_OK) != 0 }

    /// Whether it is read from a stream, which has no other files beside it.
    var isStream: Bool { stream != nil }

    /// The files that are left.
    var remaining: [AuditFileSet.File] { files.filter { !done.contains(Key($0)) } }

    /// Opens the next file that is wanted; nil when there is none.
    ///
    /// - Parameter start: Where to begin in a file that isn't compressed.
    mutating func next(
        where isWanted: ([AuditFileSet.File], Int) -> Bool = { _, _ in true },
        from start: (AuditFileSet.File) -> UInt64 = { _ in 0 }
    ) throws(AuditReadError) -> (file: AuditFileSet.File, reader: AuditLineReader)? {
        var failure: AuditReadError?
        for _ in 0..<Self.attempts {
            let index = files.indices.first { !done.contains(Key(files[$0])) && isWanted(files, $0) }
            guard let index else { return nil }
            let file = files[index]
            if let stream {
                done.insert(Key(file))
                return (file, try AuditPlace.reader(of: path, name: stream))
            }
            do {
                let reader = try AuditLineReader(path: file.path, from: file.isCompressed ? 0 : start(file))
                if reader.isStill(file) {
                    done.insert(Key(file))
                    return (file, reader)
                }
            } catch {
                failure = error
                // That it is there now doesn't tell: its successor may have come meanwhile.
                if !error.isMissing {
                    done.insert(Key(file))
                    throw error
                }
            }
            let set = AuditFileSet(path: path)
            files = set.files
            problems = set.problems
        }
        // Not tried again, lest whoever goes on after an error does so without end.
        if let file = files.indices.first(where: { !done.contains(Key(files[$0])) && isWanted(files, $0) }) {
            done.insert(Key(files[file]))
        }
        throw failure ?? AuditReadError(path: path, reason: "it is rotated faster than it can be read")
    }
}
