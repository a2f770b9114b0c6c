/// A line for a terminal: pieces of text, each in a style.
struct TerminalText: Equatable {
    /// How a piece looks; the colours are the terminal's own, and so fit its background.
    enum Style: String {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case redBold = "1;31"
    }

    private struct Piece: Equatable {
        var text: String
        var style: Style
    }

    private var pieces: [Piece] = []

    init(_ text: String = "", _ style: Style = .plain) {
        add(text, style)
    }

    /// How many columns it takes.
    private(set) var width = 0

    /// Adds a text. What a terminal would obey or hide is shown as `?`: clients choose many texts.
    mutating func add(_ text: String, _ style: Style = .plain) {
        let harmless = Self.harmless(text)
        guard !harmless.isEmpty else { return }
        pieces.append(Piece(text: harmless, style: style))
        width += Self.width(of: harmless)
    }

    /// Adds a text in so many columns, cut or filled up with spaces.
    mutating func add(_ text: String, columns: Int, alignRight: Bool = false, _ style: Style = .plain) {
        let cut = Self.cut(Self.harmless(text), to: columns)
        let space = String(repeating: " ", count: columns - Self.width(of: cut))
        add(alignRight ? space + cut : cut + space, style)
    }

    /// Fills up with spaces up to a column.
    mutating func move(to column: Int) {
        add(String(repeating: " ", count: max(0, column - width)))
    }

    /// The line in at most so many columns, with or without escape sequences for its styles (ECMA-48 §8.3.117).
    func rendered(columns: Int, isColoured: Bool) -> String {
        var result = ""
        var left = columns
        for piece in pieces where left > 0 {
            let text = Self.cut(piece.text, to: left)
            left -= Self.width(of: text)
            let isStyled = isColoured && piece.style != .plain
            result += isStyled ? "\u{1B}[\(piece.style.rawValue)m\(text)\u{1B}[0m" : text
            if text != piece.text { break }
        }
        guard !isColoured else { return result }
        return String(result.reversed().drop { $0 == " " }.reversed())
    }

    private static func cut(_ text: String, to columns: Int) -> String {
        guard width(of: text) > columns else { return text }
        guard columns > 0 else { return "" }
        var result = ""
        var left = columns - 1
        for character in text {
            let width = width(of: character)
            guard width <= left else { break }
            left -= width
            result.append(character)
        }
        return result + "…"
    }

    private static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func width(of text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

    /// Two columns for what terminals show wide: East Asian scripts and most emoji (Unicode Standard Annex 11).
    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
