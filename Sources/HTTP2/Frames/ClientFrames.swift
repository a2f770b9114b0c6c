/// Goes through what a client sends, frame by frame, and takes the header sections out of it, so that what is behind
/// needs to know nothing of their compression, their size, and their bytes.
///
/// In the place of a section a HEADERS frame goes on whose fields say nothing. What breaks the protocol goes on as it
/// is, or in a short form that breaks it in the same way, and nothing behind it does. Sans-I/O.
public struct ClientFrames: Sendable {
    /// What becomes of the bytes at hand.
    public enum Event: Equatable, Sendable {
        /// More are needed.
        case needMore
        /// These go on as they are.
        case pass(Range<Int>)
        /// These go on in the place of others.
        case insert([UInt8])
        /// A header section is whole. It is followed by what goes on in its place.
        case section(FieldSection, stream: UInt32, isFirst: Bool)
        /// The client keeps no larger table of our fields than this.
        case tableLimit(Int)
        /// The client breaks the protocol by what went on before this; nothing more does.
        case broken
    }

    private enum State {
        case preface(Int)
        case header
        /// The rest of a frame's payload goes on.
        case passing(Int)
        /// A frame's payload is waited for.
        case collecting(FrameHeader)
        case broken
    }

    /// A section whose frames are coming.
    fileprivate struct Block {
        let header: FrameHeader
        /// The dependency and weight in its first frame.
        let priority: [UInt8]
        var continuations = 0
    }

    private static let prefaceLength = 24
    private static let tableSizeSetting: UInt16 = 1

    private let sectionLimit: Int
    private let continuationLimit: Int
    private var state = State.preface(prefaceLength)
    private var decoder = FieldSectionDecoder()
    private var block: Block?
    /// Of a frame that is waited for.
    private var collected: [UInt8] = []
    private var events: [Event] = []
    /// The streams that the client has begun, and whether it has ended its side of them.
    private var streams: [UInt32: Bool] = [:]
    private var lastStream: UInt32 = 0

    /// - Parameters:
    ///   - sectionLimit: How large a section may be, as RFC 9113 §6.5.2 counts it. Of one that is larger nothing is
    ///     kept.
    ///   - continuationLimit: How many CONTINUATION frames a section may have.
    public init(sectionLimit: Int, continuationLimit: Int) {
        self.sectionLimit = sectionLimit
        self.continuationLimit = continuationLimit
    }

    /// A stream is over, or was refused.
    public mutating func forget(stream: UInt32) { streams[stream] = nil }

    /// How many bytes it holds of what isn't whole.
    public var heldBytes: Int { collected.capacity + decoder.heldBytes }

    /// Looks at bytes from an offset on, which it moves.
    public mutating func next(_ bytes: Span<UInt8>, offset: inout Int) -> Event {
        if !events.isEmpty { return events.removeFirst() }
        while offset < bytes.count {
            switch state {
            case .broken:
                offset = bytes.count
            case .preface(let left):
                return pass(bytes, &offset, left) { $0 == 0 ? .header : .preface($0) }
            case .passing(let left):
                return pass(bytes, &offset, left) { $0 == 0 ? .header : .passing($0) }
            case .header:
                guard let header = takeHeader(bytes, &offset) else { return .needMore }
                if let event = begin(header, bytes, offset: &offset) { return event }
            case .collecting(let header):
                guard let event = collect(header, bytes, &offset) else { continue }
                return event
            }
        }
        return .needMore
    }

    private mutating func pass(
        _ bytes: Span<UInt8>,
        _ offset: inout Int,
        _ left: Int,
        _ next: (Int) -> State
    ) -> Event {
        let count = min(left, bytes.count - offset)
        defer { offset += count }
        state = next(left - count)
        return .pass(offset..<offset + count)
    }

    private mutating func takeHeader(_ bytes: Span<UInt8>, _ offset: inout Int) -> FrameHeader? {
        if collected.isEmpty, let header = FrameHeader(bytes, at: offset) {
            offset += FrameHeader.byteCount
            return header
        }
        while collected.count < FrameHeader.byteCount {
            guard offset < bytes.count else { return nil }
            collected.append(bytes[offset])
            offset += 1
        }
        let header = FrameHeader(collected.span, at: 0)
        collected = []
        return header
    }

    /// A frame begins, whose header has been taken.
    private mutating func begin(_ header: FrameHeader, _ bytes: Span<UInt8>, offset: inout Int) -> Event? {
        if let block {
            guard header.kind == FrameHeader.Kind.continuation, header.stream == block.header.stream,
                header.length <= FrameHeader.largestPayload
            else { return breakOff(block.unfinished + header.bytes) }
            guard block.continuations < continuationLimit else {
                let frame = FrameHeader(length: 0, kind: header.kind, stream: header.stream).bytes
                let flood = (0...continuationLimit + 1).reduce(into: block.unfinished) { all, _ in all += frame }
                return breakOff(flood)
            }
        }
        let isCollected: Bool
        switch header.kind {
        case FrameHeader.Kind.headers, FrameHeader.Kind.settings: isCollected = true
        case FrameHeader.Kind.continuation: isCollected = block != nil
        default: isCollected = false
        }
        if isCollected, header.length <= FrameHeader.largestPayload {
            state = .collecting(header)
            return header.length == 0 ? collect(header, bytes, &offset) : nil
        }
        if header.kind == FrameHeader.Kind.data, header.has(FrameHeader.Flag.endStream), streams[header.stream] != nil {
            streams[header.stream] = true
        }
        state = header.length == 0 ? .header : .passing(header.length)
        return .insert(header.bytes)
    }

    private mutating func collect(_ header: FrameHeader, _ bytes: Span<UInt8>, _ offset: inout Int) -> Event? {
        let missing = header.length - collected.count
        guard !collected.isEmpty || bytes.count - offset < missing else {
            state = .header
            let start = offset
            offset += missing
            return end(header, bytes.extracting(start..<offset))
        }
        let count = min(missing, bytes.count - offset)
        bytes.extracting(offset..<offset + count).withUnsafeBufferPointer { collected.append(contentsOf: $0) }
        offset += count
        guard count == missing else { return nil }
        state = .header
        let payload = collected
        collected = []
        return end(header, payload.span)
    }

    /// A frame is whole.
    private mutating func end(_ header: FrameHeader, _ payload: Span<UInt8>) -> Event? {
        switch header.kind {
        case FrameHeader.Kind.settings:
            let frame = Event.insert(header.bytes + Self.array(payload))
            guard let limit = Self.tableLimit(header, payload) else { return frame }
            events.append(frame)
            return .tableLimit(limit)
        case FrameHeader.Kind.headers:
            var start = 0
            var end = payload.count
            if header.has(FrameHeader.Flag.padded) {
                guard payload.count > 0, Int(payload[0]) < payload.count else { return malformed(header, payload) }
                start = 1
                end -= Int(payload[0])
            }
            var priority: [UInt8] = []
            if header.has(FrameHeader.Flag.priority) {
                guard end - start >= 5 else { return malformed(header, payload) }
                priority = Self.array(payload.extracting(start..<start + 5))
                start += 5
            }
            let begun = Block(header: header, priority: priority)
            block = begun
            decoder.begin(limit: sectionLimit)
            return take(payload.extracting(start..<end), isLast: header.has(FrameHeader.Flag.endHeaders))
        default:
            block?.continuations += 1
            return take(payload, isLast: header.has(FrameHeader.Flag.endHeaders))
        }
    }

    /// A piece of a header section has come.
    private mutating func take(_ piece: Span<UInt8>, isLast: Bool) -> Event? {
        guard let block else { return nil }
        do throws(FieldSectionDecoder.Fault) {
            try decoder.decode(piece)
            guard isLast else { return nil }
            let section = try decoder.finish()
            self.block = nil
            let stream = block.header.stream
            // Behind the end there is nothing (RFC 9113 §5.1), which is said of DATA as it should be.
            guard streams[stream] != true else { return .insert(block.data) }
            let isFirst = stream > lastStream
            lastStream = max(lastStream, stream)
            if isFirst || streams[stream] != nil { streams[stream] = block.header.has(FrameHeader.Flag.endStream) }
            events.append(.insert(block.frame))
            return .section(section, stream: stream, isFirst: isFirst)
        } catch {
            self.block = nil
            return breakOff(block.undecodable)
        }
    }

    private mutating func malformed(_ header: FrameHeader, _ payload: Span<UInt8>) -> Event {
        breakOff(header.bytes + Self.array(payload))
    }

    private mutating func breakOff(_ bytes: [UInt8]) -> Event {
        state = .broken
        events.append(.broken)
        return .insert(bytes)
    }

    private static func tableLimit(_ header: FrameHeader, _ payload: Span<UInt8>) -> Int? {
        guard !header.has(FrameHeader.Flag.acknowledgement), header.stream == 0 else { return nil }
        var least: Int?
        for start in stride(from: 0, through: payload.count - 6, by: 6)
        where UInt16(payload[start]) << 8 | UInt16(payload[start + 1]) == tableSizeSetting {
            let value = (2..<6).reduce(0) { $0 << 8 | Int(payload[start + $1]) }
            least = min(least ?? value, value)
        }
        return least
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.withUnsafeBufferPointer { Array($0) } }
}

extension ClientFrames.Block {
    /// Any field will do, as long as there is one.
    private static let nothing: [UInt8] = [0x00, 1, UInt8(ascii: "n"), 0]

    /// What goes on in the place of the section.
    fileprivate var frame: [UInt8] { frame(Self.nothing, flags: FrameHeader.Flag.endHeaders) }

    /// The same without an end.
    fileprivate var unfinished: [UInt8] { frame(Self.nothing, flags: 0) }

    /// The same with a field that there isn't (RFC 7541 §6.1).
    fileprivate var undecodable: [UInt8] { frame([0x80], flags: FrameHeader.Flag.endHeaders) }

    /// DATA in the place of the section.
    fileprivate var data: [UInt8] {
        FrameHeader(length: 0, kind: FrameHeader.Kind.data, flags: FrameHeader.Flag.endStream, stream: header.stream)
            .bytes
    }

    private func frame(_ fields: [UInt8], flags: UInt8) -> [UInt8] {
        let kept = header.flags & (FrameHeader.Flag.endStream | FrameHeader.Flag.priority)
        return FrameHeader(
            length: priority.count + fields.count,
            kind: FrameHeader.Kind.headers,
            flags: kept | flags,
            stream: header.stream
        ).bytes + priority + fields
    }
}
