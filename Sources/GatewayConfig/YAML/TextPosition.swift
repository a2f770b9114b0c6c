import RouteMap

/// Turns offsets into lines and columns.
enum TextPosition {
    /// The place of a byte of a text that is UTF-8 up to there.
    static func position(ofByte offset: Int, in bytes: [UInt8]) -> SourcePosition {
        position(after: String(decoding: bytes.prefix(offset), as: UTF8.self))
    }

    /// The place of a character (a `Character`, as YamlError counts them) of a text.
    static func position(ofCharacter offset: Int, in text: String) -> SourcePosition {
        position(after: String(text.prefix(offset)))
    }

    private static func position(after text: String) -> SourcePosition {
        var line = 1
        var column = 1
        for character in text.unicodeScalars {
            column += 1
            if character == "\n" { (line, column) = (line + 1, 1) }
        }
        return SourcePosition(line: line, column: column)
    }

    /// The first tab that indents a line or the one before it: farther up tabs may be parts of texts.
    static func indentingTab(in text: String, upTo last: Int) -> SourcePosition? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated().prefix(last).suffix(2) {
            let blanks = line.prefix { $0 == " " || $0 == "\t" }
            guard blanks.count < line.count, let tab = blanks.firstIndex(of: "\t") else { continue }
            let column = blanks.distance(from: blanks.startIndex, to: tab) + 1
            return SourcePosition(line: index + 1, column: column)
        }
        return nil
    }

    /// The next place of a key of the same block mapping: a line that has it in the same column, with nothing less
    /// indented in between.
    static func nextKey(_ key: String, after first: SourcePosition, in text: String) -> SourcePosition? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let indent = first.column - 1
        for number in (first.line..<max(first.line, lines.count)) {
            let line = lines[number]
            let content = line.drop { $0 == " " }
            if content.isEmpty || content.first == "#" { continue }
            let depth = line.count - content.count
            if depth < indent { return nil }
            let unquoted = content.first == "\"" || content.first == "'" ? content.dropFirst() : content
            guard depth == indent, unquoted.hasPrefix(key) else { continue }
            let after = unquoted.dropFirst(key.count).drop { "\"' ".contains($0) }
            if after.first == ":" { return SourcePosition(line: number + 1, column: first.column) }
        }
        return nil
    }
}
