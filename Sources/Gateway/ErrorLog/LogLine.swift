import Audit
import GatewayConfig
import Logging
import StrictJSON

/// An entry of the gateway's own log, as one line in one of its formats.
///
/// Texts may hold anything: what would do something to a terminal or begin a new line is written by its code.
public struct LogLine: Equatable, Sendable {
    /// When it was logged, in microseconds since 1970-01-01T00:00:00Z.
    public var timeMicroseconds: Int64
    /// How much it matters.
    public var level: Logger.Level
    /// What happened.
    public var message: String
    /// What belongs to it, in its order. Names are of letters, digits and `_`.
    public var members: [(name: String, value: String)]

    /// An entry by its parts.
    public init(
        timeMicroseconds: Int64,
        level: Logger.Level,
        message: String,
        members: [(name: String, value: String)] = []
    ) {
        self.timeMicroseconds = timeMicroseconds
        self.level = level
        self.message = message
        self.members = members
    }

    /// Whether two entries have the same line.
    public static func == (one: LogLine, other: LogLine) -> Bool { one.text(.json) == other.text(.json) }

    /// The line, with its end.
    ///
    /// - Parameter forJournal: Begins with the priority, which journald takes out and keeps (sd-daemon(3)).
    public func text(_ format: LogConfiguration.Format, forJournal: Bool = false) -> [UInt8] {
        let priority = forJournal ? "<\(Self.priority(of: level))>" : ""
        let line =
            switch format {
            case .json: "{" + all.map { "\(Self.json($0.name)):\(Self.json($0.value))" }.joined(separator: ",") + "}"
            case .logfmt: all.map { "\($0.name)=\(Self.word($0.value))" }.joined(separator: " ")
            case .pretty: pretty
            }
        return Array("\(priority)\(line)\n".utf8)
    }

    private var all: [(name: String, value: String)] {
        [("time", time), ("level", level.rawValue), ("message", message)] + members
    }

    /// The time of RFC 3339, in UTC.
    private var time: String {
        var text: [UInt8] = []
        RFC3339.append(microseconds: timeMicroseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private var pretty: String {
        let level = level.rawValue.uppercased()
        let words = members.map { "\($0.name)=\(Self.word($0.value))" }
        let padding = String(repeating: " ", count: max(0, Self.levelWidth - level.count))
        return ([time, level + padding, Self.printable(message)] + words).joined(separator: " ")
    }

    private static let levelWidth = "CRITICAL".count

    /// The priorities of syslog (RFC 5424 §6.2.1).
    private static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    private static func json(_ text: String) -> String { printable(JSONQuoting.quoted(text)) }

    /// A value as logfmt has it: in quotes unless it is a plain word.
    private static func word(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { isControl($0) || " =\"\\".unicodeScalars.contains($0) }
        return needsQuotes || text.isEmpty ? json(text) : text
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                result.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
