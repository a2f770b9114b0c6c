import CAudit
import Glibc

/// Reads a log, all its files from the oldest on, and hands on the lines that are wanted, in constant memory.
public struct AuditScan {
    private let path: String
    private let filter: CompiledFilter
    private let progress: (_ done: UInt64, _ total: UInt64) -> Void

    /// Lines lie in the order in which they were written, and their times are those of decisions: they are in order but
    /// for this much, in microseconds, which also covers that clocks are set.
    private static let disorder: Int64 = 300_000_000

    /// Whether reading goes on.
    public enum Next {
        case goOn
        case stop
    }

    /// - Parameter progress: Told now and then how many bytes of files have been read, of how many.
    public init(
        path: String,
        filter: AuditFilter = AuditFilter(),
        progress: @escaping (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) {
        self.path = path
        self.filter = CompiledFilter(filter)
        self.progress = progress
    }

    /// Calls `body` with every line that is wanted. The line is valid during the call only. What can't be read hides
    /// nothing but itself.
    ///
    /// - Throws: When there is no log or nothing in it, at once; at the end, when parts of it couldn't be read.
    public func forEach(_ body: (AuditLine) -> Next) throws(AuditScanError) {
        var walk: AuditFileWalk
        do {
            walk = try AuditFileWalk(path: path)
        } catch {
            throw .nothing(error)
        }
        guard !walk.isAbsent else { throw .nothing(AuditReadError(path: path, reason: "there is no audit log")) }
        let files = walk.remaining
        var problems = walk.problems
        if !walk.isStream, problems.isEmpty, files.allSatisfy({ $0.size == 0 }) {
            throw .nothing(AuditReadError(path: path, reason: "there is no record in it"))
        }
        let total = files.indices.reduce(0) { $0 + (isRelevant(files, $1) ? UInt64(files[$1].size) : 0) }
        var done: UInt64 = 0
        var isAtEnd = false
        while !isAtEnd {
            do throws(AuditReadError) {
                guard let (file, reader) = try walk.next(where: isRelevant, from: start) else { break }
                if file.isForeign { problems.append(Self.foreign(file)) }
                var isFirst = walk.isStream
                var otherLines = 0
                while !isAtEnd, let block = try reader.next() {
                    if isFirst, AuditLineFields.time(of: AuditFileMarks.without(block.bytes)) == nil {
                        problems.append(Self.foreign(file))
                    }
                    isFirst = false
                    progress(done + (file.isCompressed ? UInt64(file.size) / 2 : block.offset), total)
                    if isBehind(block.bytes) { break }
                    isAtEnd = search(block.bytes, body, otherLines: &otherLines) == .stop
                }
                // One problem of a file is enough to have it looked at.
                if otherLines > 0, problems.last?.path != file.path {
                    problems.append(Self.otherLines(otherLines, in: file))
                }
                if isFirst { throw AuditReadError(path: file.path, reason: "there is no record in it") }
                done += UInt64(file.size)
            } catch {
                problems.append(error)
            }
        }
        if !problems.isEmpty { throw .partly(problems) }
    }

    /// Whether a file may have lines of the wanted time.
    private func isRelevant(_ files: [AuditFileSet.File], _ index: Int) -> Bool {
        if let until = filter.until, let first = files[index].firstTime, first >= until + Self.disorder { return false }
        guard let since = filter.since, index + 1 < files.count, let next = files[index + 1].firstTime else {
            return true
        }
        return next + Self.disorder >= since
    }

    /// Where in a file that isn't compressed the lines of the wanted time begin.
    private func start(in file: AuditFileSet.File) -> UInt64 {
        filter.since.map { Self.offset(in: file, of: $0 - Self.disorder) } ?? 0
    }

    /// Whether what begins with these lines is later than what is wanted.
    private func isBehind(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let until = filter.until, let first = AuditLineFields.time(of: bytes) else { return false }
        return first >= until + Self.disorder
    }

    private static func foreign(_ file: AuditFileSet.File) -> AuditReadError {
        AuditReadError(path: file.path, reason: "its first line is no record of a log")
    }

    private static func otherLines(_ count: Int, in file: AuditFileSet.File) -> AuditReadError {
        AuditReadError(path: file.path, reason: count == 1 ? "a line is no record" : "\(count) lines are no records")
    }

    private func search(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (AuditLine) -> Next,
        otherLines: inout Int
    ) -> Next {
        guard let base = bytes.baseAddress else { return .goOn }
        var start = 0
        while start < bytes.count {
            if !filter.needle.isEmpty {
                // Most lines are passed over without being looked at one by one.
                let needle = filter.needle
                let found = scopegate_first_range(base + start, bytes.count - start, needle, needle.count)
                guard found >= 0 else { return .goOn }
                start += scopegate_last_index(base + start, found, 0x0A) + 1
            }
            let end = memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base }
            // A torn line is no record yet.
            guard let end else { return .goOn }
            let line = AuditLine(AuditFileMarks.without(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            if !line.isRecord {
                otherLines += 1
            } else if filter.matches(line), body(line) == .stop {
                return .stop
            }
            start = end + 1
        }
        return .goOn
    }

    /// Where the first line lies whose time isn't before `time`, about: a line begins there, and all before it are
    /// earlier.
    private static func offset(in file: AuditFileSet.File, of time: Int64) -> UInt64 {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var lower: Int64 = 0
        var upper = file.size
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while upper - lower > Int64(buffer.count) {
            let middle = lower + (upper - lower) / 2
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(middle)) }
            guard count > 0, let lineFeed = buffer[..<count].firstIndex(of: 0x0A),
                let found = buffer.withUnsafeBytes({
                    AuditLineFields.time(of: UnsafeRawBufferPointer(rebasing: $0[(lineFeed + 1)..<count]))
                })
            else { break }
            if found < time { lower = middle + Int64(lineFeed) + 1 } else { upper = middle }
        }
        return UInt64(lower)
    }
}

/// A log couldn't be read, or not all of it.
public enum AuditScanError: Error, Hashable, Sendable {
    /// Nothing of it.
    case nothing(AuditReadError)
    /// The rest has been read.
    case partly([AuditReadError])

    /// What couldn't be read.
    public var problems: [AuditReadError] {
        switch self {
        case .nothing(let problem): [problem]
        case .partly(let problems): problems
        }
    }
}
