import RouteMap

/// Turns offsets into lines and columns.
enum TextPosition {
    /// The place of a byte of a text that is UTF-8 up to there.
    static func position(ofByte offset: Int, in bytes: [UInt8]) -> SourcePosition {
        var line = 1
        var column = 1
        // A byte that goes on with a character has no column of its own.
        for byte in bytes.prefix(offset) where byte & 0xC0 != 0x80 {
            column += 1
            if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) }
        }
        return SourcePosition(line: line, column: column)
    }

    /// The first tab that indents a line or the one before it: farther up tabs may be parts of texts.
    static func indentingTab(in bytes: [UInt8], upTo last: Int) -> SourcePosition? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: last, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated().prefix(last).suffix(2) {
            let blanks = line.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard blanks.count < line.count, let tab = blanks.firstIndex(of: UInt8(ascii: "\t")) else { continue }
            return SourcePosition(line: index + 1, column: tab - line.startIndex + 1)
        }
        return nil
    }
}
