/// Where the writer puts the bytes of rendered records.
protocol AuditSink: Sendable {
    /// Whether what was there already ends in the middle of a line, as a crash leaves it.
    var endsInTornLine: Bool { get }

    /// Writes `bytes` from `offset` on. Gives how many were taken, at least one, or why none was.
    func write(_ bytes: [UInt8], from offset: Int) -> Result<Int, AuditWriteError>
}
