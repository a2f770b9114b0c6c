import Foundation
import Logging

/// Writes log entries to standard error, one JSON object a line: `time`, `level`, `message`, and the metadata beside
/// them.
struct JSONLogHandler: LogHandler {
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
            ("time", Date().formatted(.iso8601.time(includingFractionalSeconds: true))),
            ("level", event.level.rawValue),
            ("message", event.message.description),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        members += all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
        let line = members.map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",")
        StandardError.write("{\(line)}\n")
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
