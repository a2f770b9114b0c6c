import CAudit
import Glibc

/// A text that values of lines are compared with, as it is written in them: `*` stands for any characters.
struct AuditPattern {
    /// What stands between the stars, without quotes.
    private let pieces: [[UInt8]]
    private let ignoresCase: Bool

    /// The text as it is written, when it has to be just that.
    var exact: [UInt8]? { pieces.count == 1 && !ignoresCase ? pieces[0] : nil }

    /// - Parameter ignoresCase: Letters of ASCII are the same in both cases.
    init(_ text: String, ignoresCase: Bool = false) {
        self.ignoresCase = ignoresCase
        pieces = text.split(separator: "*", omittingEmptySubsequences: false).map { piece in
            var bytes: [UInt8] = []
            AuditStringEscape.append(Array(piece.utf8), to: &bytes)
            bytes.removeFirst()
            bytes.removeLast()
            return ignoresCase ? bytes.map(Self.lowercased) : bytes
        }
    }

    /// Whether a value as it stands in a line is of this pattern.
    func matches(_ raw: UnsafeRawBufferPointer) -> Bool {
        guard ignoresCase else { return matches(exactly: raw) }
        return raw.map(Self.lowercased).withUnsafeBytes { matches(exactly: $0) }
    }

    private func matches(exactly raw: UnsafeRawBufferPointer) -> Bool {
        guard let first = pieces.first, let last = pieces.last else { return raw.isEmpty }
        guard pieces.count > 1 else { return raw.count == first.count && Self.has(raw, first, at: 0) }
        guard raw.count >= first.count + last.count, Self.has(raw, first, at: 0),
            Self.has(raw, last, at: raw.count - last.count)
        else { return false }
        // Each of the others as early as it can be: what is behind has the most room then.
        var start = first.count
        let end = raw.count - last.count
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let base = raw.baseAddress, start < end else { return false }
            let found = scopegate_first_range(base + start, end - start, piece, piece.count)
            guard found >= 0 else { return false }
            start += found + piece.count
        }
        return true
    }

    private static func has(_ raw: UnsafeRawBufferPointer, _ bytes: [UInt8], at offset: Int) -> Bool {
        guard let base = raw.baseAddress, !bytes.isEmpty else { return bytes.isEmpty }
        return memcmp(base + offset, bytes, bytes.count) == 0
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
