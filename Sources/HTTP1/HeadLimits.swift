/// The bounds on a message head, all in bytes but for `fieldCount`. Trailers have the same field bounds of their own.
public struct HeadLimits: Equatable, Sendable {
    /// The longest request line or status line, without its CRLF.
    public var requestLine: Int
    /// The largest number of field lines.
    public var fieldCount: Int
    /// The largest sum of the lengths of all field lines, each with its CRLF.
    public var fieldBytes: Int

    /// Makes limits. Values are brought into `1...16 MiB` (`0...65536` for the count) when a parser takes them.
    public init(requestLine: Int = 8192, fieldCount: Int = 100, fieldBytes: Int = 32768) {
        self.requestLine = requestLine
        self.fieldCount = fieldCount
        self.fieldBytes = fieldBytes
    }

    /// These limits within the range in which offsets can't overflow.
    var clamped: HeadLimits {
        HeadLimits(
            requestLine: min(max(requestLine, 1), 1 << 24),
            fieldCount: min(max(fieldCount, 0), 1 << 16),
            fieldBytes: min(max(fieldBytes, 1), 1 << 24)
        )
    }
}

/// How far the parsing of a head has come.
public enum HeadProgress<Failure: Error>: Sendable {
    /// The head does not end in the bytes given: call again with the same bytes and more behind them.
    case needMore
    /// The head is whole and may be used.
    case complete
    /// The head breaks a rule; nothing that follows on this connection can be trusted.
    case failed(Failure)
}

extension HeadProgress: Equatable where Failure: Equatable {}
