import Glibc

/// Colours for people: only on a terminal, and not when NO_COLOR says so (https://no-color.org).
enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case bold = "1"

    private static let isUsed: Bool = {
        let environment = Environment.variables
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }()

    /// The text in this colour, if colours are used.
    func text(_ text: String) -> String {
        Self.isUsed ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
