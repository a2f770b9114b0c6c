import Audit
import Foundation
import Logging

/// Writes log entries to standard error, one JSON object a line: `time`, `level`, `message`, and the metadata beside
/// them. Whoever logs never waits for a reader of standard error.
struct JSONLogHandler: LogHandler {
    private static let sink = LineSink(STDERR_FILENO) { count in
        line([
            ("time", now), ("level", "warning"), ("message", "log lines lost: they were not taken in time"),
            ("count", "\(count)"),
        ])
    }

    /// Waits a moment for what has been logged to be written.
    static func flush() { sink.flush() }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    init(level: Logger.Level) {
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members: [(String, String)] = [
            ("time", Self.now), ("level", event.level.rawValue), ("message", event.message.description),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        members += all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
        Self.sink.write(Self.line(members))
    }

    private static var now: String { Date().formatted(.iso8601.time(includingFractionalSeconds: true)) }

    private static func line(_ members: [(String, String)]) -> [UInt8] {
        let line = members.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",")
        return Array("{\(line)}\n".utf8)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where character.value < 0x20 || (0x7F..<0xA0).contains(character.value):
                result += String(format: "\\u%04x", character.value)
            default: result.unicodeScalars.append(character)
            }
        }
        return result + "\""
    }
}
