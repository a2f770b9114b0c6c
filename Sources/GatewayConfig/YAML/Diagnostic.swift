import RouteMap

/// Something to tell about a file that was read, with its place.
public struct Diagnostic: Equatable, Codable, Sendable, CustomStringConvertible {
    /// Whether the file can be used.
    public enum Severity: String, Codable, Sendable {
        /// It can't.
        case error
        /// It can, but perhaps does not do what was meant.
        case warning
    }

    /// The file, as its path was given.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The character in the line (a Unicode scalar), from 1.
    public let column: Int
    /// Whether the file can be used.
    public let severity: Severity
    /// What is wrong, in a sentence.
    public let message: String
    /// What to do about it.
    public let suggestion: String?

    enum CodingKeys: String, CodingKey {
        case file, line, column, severity, message
        case suggestion = "help"
    }

    /// A diagnostic by its parts.
    public init(
        file: String,
        line: Int,
        column: Int,
        severity: Severity,
        message: String,
        suggestion: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.message = message
        self.suggestion = suggestion
    }

    /// The diagnostic as compilers write theirs: `file:line:column: error: message`, and `  help: …` in a second line.
    public var description: String {
        let line = "\(file):\(line):\(column): \(severity.rawValue): \(Self.printable(message))"
        return suggestion.map { "\(line)\n  help: \(Self.printable($0))" } ?? line
    }

    /// What is quoted from a file may have characters that would do something to a terminal.
    private static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for character in text.unicodeScalars {
            if character.value < 0x20 || (0x7f..<0xa0).contains(character.value) {
                result.append(contentsOf: "\\u{\(String(character.value, radix: 16))}".unicodeScalars)
            } else {
                result.append(character)
            }
        }
        return String(result)
    }
}

/// All that is wrong with a configuration.
public struct ConfigErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The errors, at least one, and the warnings; file by file, in the order of each file.
    public let diagnostics: [Diagnostic]
    /// The files that a whole configuration was read from, as far as it was; those that couldn't be read, too.
    public let files: [String]
    /// The log that the configuration asks for, as far as it could be read.
    public let log: LogConfiguration

    /// Errors from these diagnostics.
    public init(diagnostics: [Diagnostic], files: [String] = [], log: LogConfiguration = LogConfiguration()) {
        self.diagnostics = diagnostics
        self.files = files
        self.log = log
    }

    /// The diagnostics, one after another.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

/// Collects what is to be told about one file.
final class DiagnosticLog {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String) { self.file = file }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    var sorted: [Diagnostic] {
        diagnostics.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }

    func error(_ message: String, at position: SourcePosition, help: String? = nil) {
        add(.error, message, position, help)
    }

    func warning(_ message: String, at position: SourcePosition, help: String? = nil) {
        add(.warning, message, position, help)
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, _ position: SourcePosition, _ help: String?) {
        diagnostics.append(
            Diagnostic(
                file: file,
                line: position.line,
                column: position.column,
                severity: severity,
                message: message,
                suggestion: help
            )
        )
    }
}
