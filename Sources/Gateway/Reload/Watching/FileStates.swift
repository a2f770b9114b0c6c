/// What files were when they were last read.
struct FileStates {
    /// `nil` for those that weren't there.
    private var signatures: [String: FileSignature?] = [:]
    /// When the last reading began, or just before.
    private var readSince: FileTime

    /// - Parameter readSince: when the first reading began, or just before.
    init(readSince: FileTime) {
        self.readSince = readSince
    }

    /// Notes what files are that weren't looked at before, but for those that changed since they were read; forgets the
    /// others.
    ///
    /// - Returns: whether there are files that changed.
    mutating func adopt(_ files: [String]) -> Bool {
        let now = Self.look(at: files.filter { signatures[$0] == nil }).filter { !hasChangedSinceReading($0.value) }
        signatures = signatures.filter { files.contains($0.key) }.merging(now) { known, _ in known }
        return files.contains { signatures[$0] == nil }
    }

    /// Notes what files are, before they are read anew if one of them is another than it was.
    ///
    /// - Returns: whether one is.
    mutating func note(_ files: [String]) -> Bool {
        let time = FileTime.now
        let now = Self.look(at: files)
        let isChanged = files.contains { isOther($0, now[$0] ?? nil) }
        if isChanged { readSince = time }
        signatures = now
        return isChanged
    }

    /// Whether one of these files is another than it was when it was read.
    func areOthers(_ files: [String]) -> Bool {
        let now = Self.look(at: files)
        return files.contains { isOther($0, now[$0] ?? nil) }
    }

    /// Whether a file wasn't there when it was looked at.
    func lacks(_ file: String) -> Bool { signatures[file] == .some(nil) }

    private func isOther(_ file: String, _ signature: FileSignature?) -> Bool {
        if let known = signatures[file] { return signature != known }
        return hasChangedSinceReading(signature)
    }

    /// What isn't there says nothing: there will be news of it when it comes.
    private func hasChangedSinceReading(_ signature: FileSignature?) -> Bool {
        signature?.hasChanged(since: readSince) ?? false
    }

    private static func look(at files: [String]) -> [String: FileSignature?] {
        Dictionary(files.map { ($0, FileSignature($0)) }) { first, _ in first }
    }
}
