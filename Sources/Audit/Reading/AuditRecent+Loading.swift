extension AuditRecent {
    /// Takes the newest lines that a log has already, so that a start doesn't hide what was before it.
    ///
    /// Files are read from the newest back, as far as there is room and up to the first compressed one, of which all
    /// would have to be read for its end. What can't be read is left out; who writes the log says so.
    ///
    /// - Parameter path: The log, which nobody writes to now.
    public func load(path: String) {
        var room = Int64(capacity)
        var parts: [(file: AuditFileSet.File, start: Int64)] = []
        for file in AuditFileSet(path: path).files.reversed() {
            guard room > 0, !file.isCompressed else { break }
            parts.append((file, max(0, file.size - room)))
            room -= file.size
        }
        for (file, start) in parts.reversed() {
            try? load(file, from: start)
        }
    }

    private func load(_ file: AuditFileSet.File, from start: Int64) throws(AuditReadError) {
        let reader = try AuditLineReader(path: file.path, from: UInt64(start))
        // What it begins with is the end of a line, unless that is the beginning of the file.
        var isWithinLine = start > 0
        var piece: [UInt8] = []
        while let block = try reader.next() {
            block.forEachLine { line, isWhole in
                defer { isWithinLine = !isWhole }
                guard isWhole, !isWithinLine else { return }
                if !piece.isEmpty, piece.count + line.count >= chunkLength {
                    append(piece)
                    piece.removeAll(keepingCapacity: true)
                }
                piece.append(contentsOf: line)
                piece.append(0x0A)
            }
        }
        append(piece)
    }
}
