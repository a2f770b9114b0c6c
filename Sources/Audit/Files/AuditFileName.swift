/// What the name of a file beside a log says of it.
enum AuditFileName: Equatable {
    /// Nothing to do with the log's records.
    case other
    /// The log, or a file that was set aside.
    case log
    /// A file that was set aside, as it seems, in a form that isn't read here; with the reason.
    case unreadable(String)

    /// Endings of other programs' compressed files, and what decompresses them.
    private static let compressions = [
        "zst": "zstd -d", "zstd": "zstd -d", "xz": "xz -d", "lzma": "xz -d", "bz2": "bzip2 -d", "bz": "bzip2 -d",
        "lz4": "lz4 -d", "lz": "lzip -d", "lzo": "lzop -d", "z": "uncompress", "zip": "unzip", "7z": "7z x",
        "br": "brotli -d", "sz": "snzip -d", "tgz": "tar xf", "tar": "tar xf", "rar": "unrar x",
    ]

    init(_ candidate: String, of log: String) {
        self = Self.kind(candidate, log)
    }

    private static func kind(_ candidate: String, _ log: String) -> AuditFileName {
        if candidate == log { return .log }
        guard candidate.hasPrefix(log), let mark = candidate.dropFirst(log.count).first, mark == "." || mark == "-"
        else {
            return .other
        }
        let suffix = candidate.dropFirst(log.count + 1)
        let parts = suffix.split(separator: ".", omittingEmptySubsequences: false)
        guard let ending = parts.last, !ending.isEmpty else { return .other }
        if ending == "gz" { return parts.dropLast().allSatisfy(isNumber) ? .log : .other }
        if parts.allSatisfy(isNumber) { return .log }
        // The compressor's unfinished file, beside the one that it is made of.
        if suffix.hasSuffix(".gz.tmp") { return .other }
        if let program = compressions[ending.lowercased()] {
            return .unreadable("its compression is not one that is read here; decompress it first (\(program))")
        }
        if parts.count > 1, parts.dropLast().allSatisfy(isNumber) {
            return .unreadable("it is named like a file that was set aside, but .\(ending) is no ending that is known")
        }
        return .other
    }

    /// Digits and hyphens, as in `000000012345`, `1` and `20261124-1795000000`.
    private static func isNumber(_ part: Substring) -> Bool {
        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
