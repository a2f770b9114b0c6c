import Glibc

/// What tells one state of a file from another, without reading it (stat(2)).
struct FileSignature: Equatable {
    private var device: UInt64
    private var inode: UInt64
    private var size: Int64
    /// When its bytes were last written; programs can set this to what they like.
    private var modified: FileTime
    /// When its bytes or anything about it last changed, which is the kernel's to say.
    private var changed: FileTime

    /// `nil` when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = FileTime(status.st_mtim)
        changed = FileTime(status.st_ctim)
    }

    /// Whether it changed at a time or later.
    func hasChanged(since time: FileTime) -> Bool { changed >= time }

    /// Whether it changed less than so much time ago. One that claims to have changed long after now did not.
    func hasChanged(within duration: Duration, of now: FileTime) -> Bool {
        changed.advanced(by: duration) > now && now.advanced(by: duration) > changed
    }
}

/// A time by the clock that file systems stamp changes with: it moves on with the kernel's ticks.
struct FileTime: Comparable {
    private var nanoseconds: Int64

    init(_ time: timespec) { nanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    static var now: FileTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return FileTime(time)
    }

    static func < (one: FileTime, other: FileTime) -> Bool { one.nanoseconds < other.nanoseconds }

    func advanced(by duration: Duration) -> FileTime {
        var later = self
        later.nanoseconds += Int64(duration / .nanoseconds(1))
        return later
    }
}
