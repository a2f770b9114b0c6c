import Digests
import Glibc
import StrictJSON

/// How far a log has got, kept in a file beside it: `audit.jsonl.head`. What is cut off the end of the log is noticed
/// by it.
public struct AuditHead: Hashable, Sendable {
    /// The number of the last line.
    public var sequence: UInt64
    /// The digest of the last line.
    public var digest: Digest256
    /// When this was written, in microseconds since 1970.
    public var timeMicroseconds: Int64

    /// The path of a log's head file.
    public static func path(of log: String) -> String { log + ".head" }

    /// The content of the file: one line of JSON that is always of the same length, so that it is overwritten in place.
    func render(_ signer: AuditSigner?) -> [UInt8] {
        var line = AuditMembers(room: 256)
        line.time(timeMicroseconds)
        line.number("seq", sequence, width: Self.longestSequence)
        line.digest("hash", digest)
        if let signer { line.digest("mac", signer.sign(line.bytes.span)) }
        line.raw("}\n")
        return line.bytes
    }

    /// As many digits as the number of a line can have.
    private static let longestSequence = 20

    /// Whether a head file could be read, and what stands in it.
    enum Reading {
        case absent
        case unreadable
        case head(AuditHead, signature: AuditSignature)
    }

    /// Reads a head file. A running gateway writes it in place, so what is read twice alike is taken, and what makes no
    /// sense is read again before it is believed to be so.
    static func read(_ path: String, signer: AuditSigner?) -> Reading {
        var reading = Reading.unreadable
        for _ in 0..<attempts {
            let first = readOnce(path, signer: signer)
            reading = readOnce(path, signer: signer)
            switch (first, reading) {
            case (.absent, .absent): return reading
            case (.head(let one, let its), .head(let other, let others)) where one == other && its == others:
                return reading
            default: usleep(1000)
            }
        }
        return reading
    }

    private static let attempts = 20

    private static func readOnce(_ path: String, signer: AuditSigner?) -> Reading {
        // A pipe would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? .absent : .unreadable }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .unreadable }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0, let line = bytes[..<count].split(separator: 0x0A).first.map(Array.init),
            case .object(let object) = try? JSONValue(parsing: line.span),
            case .number(let number) = object["seq"], let sequence = number.int64, sequence >= 0,
            let digest = object["hash"]?.string.flatMap({ Digest256(hex: Array($0.utf8)) }),
            let time = object["time"]?.string.flatMap({ RFC3339.parse(Array($0.utf8)) })
        else { return .unreadable }
        let head = AuditHead(sequence: UInt64(sequence), digest: digest, timeMicroseconds: time)
        return .head(head, signature: AuditSignature(of: line.span, signer: signer))
    }
}

/// What can be said of the code at the end of a line.
enum AuditSignature: Equatable {
    /// There is none.
    case absent
    /// There is one, and no key to check it with.
    case unchecked
    case valid
    case invalid

    private static let member = Array(",\"mac\":\"".utf8)

    /// Looks at a line without its line feed. The code covers all that comes before its own member.
    init(of line: Span<UInt8>, signer: AuditSigner?) {
        let start = line.count - 66 - Self.member.count
        guard start > 0, Self.member.indices.allSatisfy({ line[start + $0] == Self.member[$0] }) else {
            self = .absent
            return
        }
        guard let signer else {
            self = .unchecked
            return
        }
        let digits = ((start + Self.member.count)..<(line.count - 2)).map { line[$0] }
        guard let code = Digest256(hex: digits) else {
            self = .invalid
            return
        }
        self = signer.accepts(code, for: line.extracting(0..<start)) ? .valid : .invalid
    }
}

extension Digest256 {
    /// A digest from its 64 lower-case hexadecimal digits.
    init?(hex digits: some Collection<UInt8>) {
        guard digits.count == 64 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            words.0 = words.0 << 4 | words.1 >> 60
            words.1 = words.1 << 4 | words.2 >> 60
            words.2 = words.2 << 4 | words.3 >> 60
            words.3 = words.3 << 4 | UInt64(value)
        }
        self.init(words.0, words.1, words.2, words.3)
    }
}
