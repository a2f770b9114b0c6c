import Audit
import Gateway
import GatewayConfig
import Glibc
import Logging
import Synchronization

/// Writes log entries to standard error, one a line, in the format of the configuration (``LogLine``). A writer of
/// entries never waits for a reader of standard error.
struct GatewayLogHandler: LogHandler {
    private static let sink = LineSink(STDERR_FILENO) { count in
        let line = LogLine(
            timeMicroseconds: WallClock.microseconds,
            level: .warning,
            message: "log lines lost: they were not taken in time",
            members: [("count", "\(count)")]
        )
        return line.text(lastFormat.withLock { $0 }, forJournal: isForJournal)
    }

    /// The format of the one line that no handler asks for.
    private static let lastFormat = Mutex(LogConfiguration.Format.json)
    private static let isForJournal = JournalStream.isStandardError

    /// Waits a moment for what has been logged to be written.
    static func flush() { sink.flush() }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let format: LogConfiguration.Format

    init(_ configuration: LogConfiguration) {
        logLevel = Logger.Level(rawValue: configuration.level.rawValue) ?? .info
        format = configuration.format
        Self.lastFormat.withLock { $0 = configuration.format }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = LogLine(
            timeMicroseconds: WallClock.microseconds,
            level: event.level,
            message: event.message.description,
            members: all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
        )
        Self.sink.write(line.text(format, forJournal: Self.isForJournal))
    }
}

extension Logger {
    /// The gateway's log.
    init(_ configuration: LogConfiguration) {
        self.init(label: "scopegate") { _ in GatewayLogHandler(configuration) }
    }
}
