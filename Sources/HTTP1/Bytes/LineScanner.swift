/// What is wrong with the bytes of a line, whatever the line is for.
enum LineFault {
    case bareLineFeed
    case bareCarriageReturn
    case nul(at: Int)
    case control(at: Int)
    case tooLong
}

/// Finds the CRLF that ends a line and at the same time makes sure that no other control byte but HTAB is in it.
///
/// It remembers how much of an unfinished line it has seen, so a line that arrives byte by byte is still read once.
struct LineScanner: Sendable {
    enum Step {
        case needMore
        /// The line is `start..<end`; the next one begins at `end + 2`.
        case line(end: Int)
        case fault(LineFault)
    }

    /// Bytes of the unfinished line that are known to hold no control byte but HTAB.
    private var scanned = 0

    /// Looks for the end of the line that begins at `start`, which with its CRLF must fit into `limit` bytes.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>, from start: Int, limit: Int) -> Step {
        let bound = min(bytes.count, start + limit)
        let stop = Self.firstControl(bytes, from: start + scanned, to: bound)
        guard stop < bound else {
            scanned = bound - start
            return bound - start == limit ? .fault(.tooLong) : .needMore
        }
        guard bytes[stop] == ASCII.carriageReturn else {
            switch bytes[stop] {
            case ASCII.lineFeed: return .fault(.bareLineFeed)
            case 0: return .fault(.nul(at: stop))
            default: return .fault(.control(at: stop))
            }
        }
        guard stop + 1 < bound else {
            scanned = stop - start
            return stop + 1 - start == limit ? .fault(.tooLong) : .needMore
        }
        guard bytes[stop + 1] == ASCII.lineFeed else { return .fault(.bareCarriageReturn) }
        scanned = 0
        return .line(end: stop)
    }

    /// The offset of the first control byte other than HTAB in `start..<end`, or `end`.
    @inline(__always)
    static func firstControl(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= bytes.count)
        let raw = bytes.bytes
        var index = start
        while index &+ 8 <= end {
            // Eight bytes at a time: the high bit of each byte below 0x20 or equal to 0x7F is set. A borrow can only
            // mark bytes above a real hit, and the lowest hit is the one that is looked at.
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let equal = (delete &- 0x0101_0101_0101_0101) & ~delete
            let hits = (below | equal) & 0x8080_8080_8080_8080
            if hits == 0 {
                index &+= 8
                continue
            }
            index &+= hits.trailingZeroBitCount >> 3
            if bytes[unchecked: index] != ASCII.tab { return index }
            index &+= 1
        }
        while index < end {
            let byte = bytes[unchecked: index]
            if byte < ASCII.space && byte != ASCII.tab || byte == ASCII.delete { return index }
            index &+= 1
        }
        return end
    }
}
