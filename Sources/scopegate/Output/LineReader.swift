import Glibc

/// Reads a file line by line, however long the file is.
enum LineReader {
    /// Why a file can't be read.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let pieceLength = 64 << 10

    /// Calls `body` with each line, without its line feed; the last one need not have one.
    static func forEachLine(of path: String, _ body: ([UInt8]) -> Void) throws(Failure) {
        guard let file = fopen(path, "re") else { throw Failure(description: String(cString: strerror(errno))) }
        defer { fclose(file) }
        var pending: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceLength)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            var start = 0
            while let end = piece[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                body(pending + piece[start..<end])
                pending = []
                start = end + 1
            }
            pending += piece[start..<count]
        }
        guard ferror(file) == 0 else { throw Failure(description: "it can't be read") }
        if !pending.isEmpty { body(pending) }
    }
}
