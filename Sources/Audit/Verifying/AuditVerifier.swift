import Digests
import StrictJSON

/// Follows the chain through all lines of a log, in constant memory, and says where it breaks.
///
/// Each line vouches for the one before it; the head file, an anchor and signed checkpoints vouch for the last.
struct AuditVerifier {
    /// No more findings than this are kept: what follows the first ones is mostly their consequence.
    static let maximumFindings = 100

    /// Writers sign more often than this, also when they are killed again and again.
    private static let longestUnsigned = 2 * AuditChain.checkpointInterval

    private let signer: AuditSigner?
    private let head: AuditHead.Reading?
    private let anchor: AuditAnchor?
    private var result = AuditVerification()

    private let path: String
    private var file = ""
    private var line = 0
    /// That the file was converted has been reported.
    private var isConverted = false
    /// A line that the next one may follow.
    private struct Link {
        var sequence: UInt64
        var digest: Digest256
        var file: String
        var line: Int
    }
    private var last: Link?
    /// After a line that doesn't fit: the one before it, which the next may follow as well.
    private var beforeMisfit: Link?
    /// The last line had the right number, and another digest for the line before than that has.
    private var hasMismatch = false
    private var unchained: Link?
    private var linesSinceSigned = 0
    private var hasSigned = false
    private var removedThrough: UInt64 = 0
    private var lastStopped = true
    private var sawAnchor = false
    private var tornBytes = 0
    /// The last line of the file before.
    private var endOfFileBefore: Link?

    /// - Parameters:
    ///   - path: The log, for what is about no file of it in particular.
    ///   - signer: Checks signatures; nil for not.
    ///   - head: What the head file says; nil when there is none to be expected.
    ///   - anchor: A line that must be there.
    init(path: String, signer: AuditSigner?, head: AuditHead.Reading? = nil, anchor: AuditAnchor? = nil) {
        self.path = path
        self.signer = signer
        self.head = head
        self.anchor = anchor
    }

    // MARK: Reading

    /// Reads whole lines of a file, or the last part of one.
    mutating func read(_ bytes: UnsafeRawBufferPointer, file name: String) {
        if name != file {
            finishFile(isLast: false)
            file = name
            line = 0
            isConverted = false
        }
        result.bytes += UInt64(bytes.count)
        AuditLineReader.Block(bytes: bytes, offset: 0).forEachLine { text, isWhole in
            line += 1
            if isWhole { read(line: text) } else { tornBytes = text.count }
        }
    }

    private mutating func read(line text: UnsafeRawBufferPointer) {
        result.lines += 1
        let hasCarriageReturn = AuditFileMarks.hasCarriageReturn(text)
        let hasByteOrderMark = line == 1 && AuditFileMarks.hasByteOrderMark(text)
        guard hasCarriageReturn || hasByteOrderMark else { return read(record: text, Self.digest(text)) }
        if !isConverted {
            isConverted = true
            let what = hasByteOrderMark ? "the file begins with a byte order mark" : "this line ends with CR LF, not LF"
            report(
                .converted,
                "\(what): it was converted on the way, as by a transfer in text mode; its records are checked without"
            )
        }
        let text = AuditFileMarks.without(text)
        read(record: text, SHA256.hash((Array(text) + [0x0A]).span))
    }

    private mutating func read(record text: UnsafeRawBufferPointer, _ digest: Digest256) {
        let fields = AuditLineFields(text)
        guard let sequence = fields.sequence, let previous = fields.previous else {
            return readUnchained(text, digest)
        }
        let link = Link(sequence: sequence, digest: digest, file: file, line: line)
        follow(link, previous: previous)
        last = link
        check(link, against: anchor.map { ($0.sequence, $0.digest) }, isAnchor: true)
        if case .head(let head, _) = head { check(link, against: (head.sequence, head.digest), isAnchor: false) }
        look(at: text, fields)
    }

    private mutating func readUnchained(_ text: UnsafeRawBufferPointer, _ digest: Digest256) {
        guard let last else {
            guard case .object? = try? Self.parse(text) else {
                return report(.foreign, "this line is no record")
            }
            unchained = Link(sequence: 0, digest: digest, file: file, line: line)
            return
        }
        report(
            .foreign,
            "this line is no record: it was put in, or stands in the place of record \(last.sequence + 1)"
        )
        beforeMisfit = beforeMisfit ?? last
        self.last = Link(sequence: last.sequence + 1, digest: digest, file: file, line: line)
        hasMismatch = false
    }

    /// Whether a line is the next of the chain.
    private mutating func follow(_ link: Link, previous: Digest256) {
        guard let last else { return begin(link, previous: previous) }
        let alternative = beforeMisfit
        beforeMisfit = nil
        let fitsDigest = previous == last.digest
        if fitsDigest, link.sequence == last.sequence + 1 {
            // The line before is what it was; so what it says of the one before that is true.
            if hasMismatch { reportChanged(before: last) }
            hasMismatch = false
            return
        }
        if let alternative, link.sequence == alternative.sequence + 1 || link.sequence == last.sequence + 1 {
            // What doesn't fit has been reported: the chain goes on from before it.
            hasMismatch = false
            if previous == alternative.digest || link.sequence == last.sequence + 1 { return }
        }
        if hasMismatch {
            // Neither the line before it nor the one after it agree with the last line.
            report(.changed, "this record was changed", file: last.file, line: last.line)
            hasMismatch = false
            if link.sequence == last.sequence + 1 { return }
        }
        if link.sequence == last.sequence + 1 {
            hasMismatch = true
        } else if fitsDigest {
            report(.changed, "this record was changed: its number is \(link.sequence) instead of \(last.sequence + 1)")
        } else if link.sequence > last.sequence + 1 {
            let range =
                link.sequence == last.sequence + 2
                ? "record \(last.sequence + 1) is" : "records \(last.sequence + 1) to \(link.sequence - 1) are"
            report(.removed, "\(range) missing before record \(link.sequence)")
            beforeMisfit = last
        } else {
            report(
                .misplaced,
                "record \(link.sequence) does not belong here, behind record \(last.sequence): it was put in, repeated "
                    + "or moved"
            )
            beforeMisfit = last
        }
    }

    private mutating func reportChanged(before last: Link) {
        // The line before the last, which may be in the file before.
        let place = last.line == 1 ? endOfFileBefore : nil
        report(
            .changed,
            "record \(last.sequence - 1) was changed: its SHA-256 is not what record \(last.sequence) says",
            file: place?.file ?? last.file,
            line: place?.line ?? last.line - 1
        )
    }

    private mutating func begin(_ link: Link, previous: Digest256) {
        result.first = link.sequence
        let expected = unchained?.digest ?? .zero
        if let unchained {
            result.notes.append("the lines up to \(unchained.file):\(unchained.line) are from before there was a chain")
        }
        guard link.sequence == 1, previous != expected else { return }
        let place = unchained ?? link
        report(
            .changed,
            unchained == nil
                ? "this record was changed: the first of a chain follows none"
                : "this line was changed: its SHA-256 is not what record 1 says",
            file: place.file,
            line: place.line
        )
    }

    private mutating func check(_ link: Link, against other: (sequence: UInt64, digest: Digest256)?, isAnchor: Bool) {
        guard let other, other.sequence == link.sequence else { return }
        if isAnchor { sawAnchor = true }
        guard other.digest != link.digest else { return }
        report(
            .changed,
            "record \(link.sequence) is not the one that \(isAnchor ? "the anchor" : "the head file") names"
        )
    }

    // MARK: Special records

    private mutating func look(at text: UnsafeRawBufferPointer, _ fields: AuditLineFields) {
        linesSinceSigned += 1
        if signer != nil, hasSigned, linesSinceSigned == Self.longestUnsigned {
            report(.signature, "\(Self.longestUnsigned) records go by without a signed checkpoint")
        }
        guard fields.eventRange.count > 0 else { return }
        switch text[fields.eventRange.lowerBound] {
        case UInt8(ascii: "c") where fields.isEvent("checkpoint", in: text): lookAtCheckpoint(text, fields)
        case UInt8(ascii: "s") where fields.isEvent("start", in: text):
            if !lastStopped { result.crashes += 1 }
            lastStopped = false
        case UInt8(ascii: "s") where fields.isEvent("stop", in: text): lastStopped = true
        case UInt8(ascii: "r") where fields.isEvent("recovered", in: text): lookAtRecovered(text)
        case UInt8(ascii: "r") where fields.isEvent("retention", in: text):
            removedThrough = max(removedThrough, Self.number("removed_through", in: text) ?? 0)
        case UInt8(ascii: "g") where fields.isEvent("gap", in: text):
            // What a line says is anybody's number until the chain is known to be whole.
            let (sum, isTooLarge) = result.dropped.addingReportingOverflow(Self.number("dropped", in: text) ?? 0)
            result.dropped = isTooLarge ? .max : sum
        default: break
        }
    }

    private mutating func lookAtCheckpoint(_ text: UnsafeRawBufferPointer, _ fields: AuditLineFields) {
        result.checkpoints += 1
        let signature = text.withMemoryRebound(to: UInt8.self) { AuditSignature(of: $0.span, signer: signer) }
        switch signature {
        case .valid:
            result.signedCheckpoints += 1
            result.lastSigned = fields.sequence
            hasSigned = true
            linesSinceSigned = 0
        case .invalid: report(.signature, "the signature of this checkpoint is not right")
        case .absent:
            if hasSigned { report(.signature, "this checkpoint has no signature, though earlier ones have") }
        case .unchecked: break
        }
    }

    private mutating func lookAtRecovered(_ text: UnsafeRawBufferPointer) {
        guard case .object(let object)? = try? Self.parse(text) else { return }
        if let through = Self.number("missing_through", in: text) {
            let before = max(last?.sequence ?? 1, 1) - 1
            report(
                .missing,
                "the log ended with record \(before) when the gateway started, and its head file knew of \(through): "
                    + "the records between are missing"
            )
        }
        if object["head"] != nil {
            report(.missing, "there was no head file when the gateway started: records may be missing before this one")
        }
        if let torn = Self.number("torn_bytes", in: text) {
            result.notes.append("\(file):\(line): a torn line of \(torn) bytes was set aside here after a crash")
        }
    }

    // MARK: The end

    private mutating func finishFile(isLast: Bool) {
        if tornBytes > 0 {
            if isLast {
                result.notes.append(
                    "\(file):\(line): the last line is torn (\(tornBytes) bytes); the next start sets it aside"
                )
            } else {
                report(.foreign, "the last line of this file is torn")
            }
        }
        tornBytes = 0
        if last?.file == file { endOfFileBefore = last }
    }

    /// All lines have been read.
    mutating func finish() -> AuditVerification {
        finishFile(isLast: true)
        if hasMismatch, let last {
            report(
                .changed,
                "record \(last.sequence) and the one before it do not agree: one of the two was changed",
                file: last.file,
                line: last.line
            )
        }
        if let first = result.first, first > 1 {
            if removedThrough >= first - 1 {
                result.notes.append("records 1 to \(first - 1) were removed as audit.keep says")
            } else {
                report(
                    .beginning,
                    "the records before \(first) are missing, and no record tells of their removal",
                    line: 1
                )
            }
        }
        if result.first == nil {
            let what = result.lines == 0 ? "there is no record in the log" : "no line is a record of a log"
            report(.empty, "\(what): nothing was checked", line: 0)
        }
        checkHead()
        checkAnchor()
        if signer != nil, !hasSigned, last != nil {
            report(.signature, "there is no checkpoint with a right signature", line: 0)
        }
        if result.crashes > 0 {
            result.notes.append("\(result.crashes) of the starts followed an end out of order")
        }
        if result.dropped > 0 {
            result.notes.append("\(result.dropped) records were dropped while the log couldn't be written")
        }
        result.last = last.map { AuditAnchor(sequence: $0.sequence, digest: $0.digest) }
        return result
    }

    private mutating func checkHead() {
        switch head {
        case nil: break
        case .absent?:
            if last != nil {
                report(.head, "the head file is missing: whether the end of the log is there can't be told", line: 0)
            }
        case .unreadable?: report(.head, "the head file can't be read", line: 0)
        case .head(let head, let signature)?:
            if signature == .invalid || (signature == .absent && hasSigned) {
                report(.signature, "the signature of the head file is not right", line: 0)
            }
            let end = last?.sequence ?? 0
            if head.sequence > end {
                report(
                    .end,
                    "the log ends with record \(end), and its head file knows of \(head.sequence): the last "
                        + "\(head.sequence - end) are missing",
                    line: line
                )
            }
        }
    }

    private mutating func checkAnchor() {
        guard let anchor, !sawAnchor else { return }
        if let first = result.first, first > anchor.sequence, removedThrough >= anchor.sequence {
            report(
                .end,
                "record \(anchor.sequence), which the anchor names, was removed as audit.keep says, so that the anchor "
                    + "shows nothing: a newer one is needed",
                line: 0
            )
        } else {
            report(.end, "there is no record \(anchor.sequence), which the anchor names", line: 0)
        }
    }

    // MARK: Helpers

    private mutating func report(_ kind: AuditFinding.Kind, _ message: String) {
        report(kind, message, line: line)
    }

    private mutating func report(_ kind: AuditFinding.Kind, _ message: String, line: Int) {
        report(kind, message, file: file.isEmpty ? path : file, line: line)
    }

    private mutating func report(_ kind: AuditFinding.Kind, _ message: String, file: String, line: Int) {
        result.findingCount += 1
        guard result.findings.count < Self.maximumFindings else { return }
        result.findings.append(AuditFinding(kind: kind, file: file, line: line, message: message))
    }

    /// A file that couldn't be read.
    mutating func reportUnreadable(_ error: AuditReadError) {
        report(.unreadable, error.reason, file: error.path, line: 0)
    }

    /// The digest of a line with the line feed that follows it.
    private static func digest(_ text: UnsafeRawBufferPointer) -> Digest256 {
        // The line feed is the byte after the text: the block holds it.
        let whole = UnsafeRawBufferPointer(start: text.baseAddress, count: text.count + 1)
        return whole.withMemoryRebound(to: UInt8.self) { SHA256.hash($0.span) }
    }

    private static func parse(_ text: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        try text.withMemoryRebound(to: UInt8.self) { bytes throws(JSONError) in try JSONValue(parsing: bytes.span) }
    }

    private static func number(_ name: String, in text: UnsafeRawBufferPointer) -> UInt64? {
        guard case .object(let object)? = try? parse(text), case .number(let number)? = object[name],
            let value = number.int64, value >= 0
        else { return nil }
        return UInt64(value)
    }
}
