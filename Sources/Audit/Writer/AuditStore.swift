/// Where the writer puts lines. Used by the writer's thread alone.
protocol AuditStore: AnyObject {
    /// Where the chain stood when the store was opened, and what was found that an orderly stop doesn't leave.
    var found: (chain: AuditChain, recovered: AuditRecovered) { get }

    /// How many bytes the file holds; 0 for what isn't a file.
    var length: Int64 { get }
    /// When the first line of the file was written, in microseconds since 1970; nil for an empty one.
    var firstTime: Int64? { get }

    /// Makes ready for the next lines: opens the file anew if it must be, and takes away what a failed write left.
    func prepare() -> Result<Void, AuditWriteError>
    /// Appends `bytes` from `offset` on. Gives how many were taken, at least one.
    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError>
    /// Puts a line in the place of the torn end of the file that was found.
    func replaceTorn(with line: [UInt8]) -> Result<Void, AuditWriteError>
    /// What was written since the last call stays, if the file is still there.
    func commit(synced: Bool, firstTime: Int64) -> AuditCommit
    /// Takes back what was written since the last commit, at the latest in ``prepare()``.
    func rollBack()
    /// Opens the file anew before the next lines, as logrotate asks for.
    func reopenLater()
    /// Sets the file aside under a name of its own and begins an empty one.
    func rotate() -> Result<Void, AuditWriteError>
    /// Notes how far the log has got.
    func note(_ head: [UInt8])
    /// Lets go of the file. Nothing is called afterwards.
    func close()
}

/// What became of lines that write(2) has taken.
enum AuditCommit: Equatable {
    /// They are in the file.
    case done
    /// They went into a file that has been deleted; another was opened in its place, and has none of them.
    case lost
    case failed(AuditWriteError)
}
