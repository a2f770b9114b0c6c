/// When a log's file is set aside, what becomes of it, and for how long it is kept.
public struct AuditRotation: Hashable, Sendable {
    /// The file is set aside when it has become longer than this many bytes; nil for never.
    public var size: Int64?
    /// It is set aside when its first line is this old, in nanoseconds; nil for never.
    public var age: Int64?
    /// Whether files that are set aside are compressed (gzip).
    public var compresses = true
    /// How many of them are kept; nil for all.
    public var keptCount: Int?
    /// How old their last line may be, in nanoseconds; nil for any age.
    public var keptAge: Int64?
    /// How many bytes they may have together; nil for any number.
    public var keptSize: Int64?

    /// Never sets a file aside.
    public init() {}

    /// The name under which a file is set aside: that of the log and the number of its first line, so that names sort
    /// as the lines do.
    static func name(of path: String, firstSequence: UInt64) -> String {
        let number = String(firstSequence)
        return "\(path).\(String(repeating: "0", count: max(0, 12 - number.count)))\(number)"
    }

    /// Whether the file has to be set aside at a time, before more is written to it.
    func isDue(length: Int64, firstTime: Int64?, now: Int64) -> Bool {
        guard length > 0 else { return false }
        if let size, length > size { return true }
        if let age, let firstTime, now - firstTime >= age / 1000 { return true }
        return false
    }

    /// Which of the files that were set aside, oldest first, go, and for which limit. They go from the oldest on.
    func retired(_ files: [AuditFileSet.File], nowSeconds: Int64) -> [(file: AuditFileSet.File, limit: String)] {
        var result: [(file: AuditFileSet.File, limit: String)] = []
        var size = files.reduce(0) { $0 + $1.size }
        for (index, file) in files.enumerated() {
            let left = files.count - index
            if let keptCount, left > keptCount {
                result.append((file, "count"))
            } else if let keptAge, nowSeconds - file.modified > keptAge / 1_000_000_000 {
                result.append((file, "age"))
            } else if let keptSize, size > keptSize {
                result.append((file, "size"))
            } else {
                break
            }
            size -= file.size
        }
        return result
    }
}
