/// Decodes the field sections of one direction of a connection (RFC 7541), each byte as it is.
///
/// A section comes in pieces. One that is too large is decoded to its end all the same, for it may change the table on
/// which the next ones rest; of a string that is too large for both the section and the table nothing is kept
/// meanwhile.
public struct FieldSectionDecoder: Sendable {
    /// Why a section can't be decoded, and with it nothing that follows on the connection (RFC 9113 §4.3).
    public enum Fault: Error, Equatable {
        case integer
        case index
        case string
        case tableSize
        case truncated
    }

    /// A string whose encoded form is longer, is longer than the table can be: no code has more than 30 bits for a
    /// byte.
    private static let skippedLength = 16 << 10

    private enum Step {
        case representation
        /// The rest of a string is passed over, and then comes the value of the field, or the next field.
        case skipping(Int, isName: Bool, isIndexed: Bool)
        case skippedName(isIndexed: Bool)
    }

    /// There is no more of the section yet.
    private struct NeedMore: Error {}

    private var table = FieldTable()
    private var section = FieldSection()
    private var limit = 0
    private var size = 0
    private var step = Step.representation
    private var mayResize = true
    /// What has come of a representation that isn't whole.
    private var pending: [UInt8] = []

    /// A decoder for one connection.
    public init() {}

    /// How many bytes it holds of a section that isn't whole.
    public var heldBytes: Int { pending.capacity }

    /// Begins a section of no more than so much, as RFC 9113 §6.5.2 counts it.
    public mutating func begin(limit: Int) {
        section = FieldSection()
        self.limit = limit
        size = 0
        step = .representation
        mayResize = true
        pending = []
    }

    /// Takes the next piece of the section.
    public mutating func decode(_ piece: Span<UInt8>) throws(Fault) {
        if pending.isEmpty {
            let taken = try decodeWhole(piece)
            if taken < piece.count { pending.append(span: piece.extracting(taken...)) }
            return
        }
        pending.append(span: piece)
        let all = pending
        let taken = try decodeWhole(all.span)
        pending = taken < all.count ? Array(all[taken...]) : []
    }

    /// Ends the section.
    public mutating func finish() throws(Fault) -> FieldSection {
        guard pending.isEmpty, case .representation = step else { throw .truncated }
        let whole = section
        section = FieldSection()
        return whole
    }

    /// Decodes the representations that are whole; how many bytes they have.
    private mutating func decodeWhole(_ bytes: Span<UInt8>) throws(Fault) -> Int {
        var reader = Reader(position: 0)
        var taken = 0
        while reader.position < bytes.count {
            do {
                try decodeNext(bytes, &reader)
            } catch let fault as Fault {
                throw fault
            } catch {
                return taken
            }
            taken = reader.position
        }
        return taken
    }

    private mutating func decodeNext(_ bytes: Span<UInt8>, _ reader: inout Reader) throws {
        switch step {
        case .skipping(let left, let isName, let isIndexed):
            let count = min(left, bytes.count - reader.position)
            reader.position += count
            if count < left {
                step = .skipping(left - count, isName: isName, isIndexed: isIndexed)
            } else {
                endSkipping(isName: isName, isIndexed: isIndexed)
            }
        case .skippedName(let isIndexed):
            let (length, _) = try reader.length(bytes)
            skip(length, isName: false, isIndexed: isIndexed)
        case .representation: try decodeRepresentation(bytes, &reader)
        }
    }

    private mutating func skip(_ length: Int, isName: Bool, isIndexed: Bool) {
        section.exceed()
        if length == 0 { return endSkipping(isName: isName, isIndexed: isIndexed) }
        step = .skipping(length, isName: isName, isIndexed: isIndexed)
    }

    private mutating func endSkipping(isName: Bool, isIndexed: Bool) {
        if isName {
            step = .skippedName(isIndexed: isIndexed)
            return
        }
        if isIndexed { table.clear() }
        step = .representation
    }

    private mutating func decodeRepresentation(_ bytes: Span<UInt8>, _ reader: inout Reader) throws {
        let first = bytes[reader.position]
        if first & 0x80 != 0 {
            guard let entry = table.entry(at: try reader.integer(bytes, prefix: 7)) else { throw Fault.index }
            add(entry.name, entry.value)
        } else if first & 0xE0 == 0x20 {
            let capacity = try reader.integer(bytes, prefix: 5)
            guard mayResize, capacity <= FieldTable.defaultCapacity else { throw Fault.tableSize }
            return table.resize(to: capacity)
        } else {
            let isIndexed = first & 0x40 != 0
            try decodeLiteral(bytes, &reader, isIndexed: isIndexed)
        }
        mayResize = false
    }

    private mutating func decodeLiteral(_ bytes: Span<UInt8>, _ reader: inout Reader, isIndexed: Bool) throws {
        let index = try reader.integer(bytes, prefix: isIndexed ? 6 : 4)
        var name: [UInt8] = []
        if index > 0 {
            guard let entry = table.entry(at: index) else { throw Fault.index }
            name = entry.name
        } else {
            let (length, isCoded) = try reader.length(bytes)
            guard !isSkipped(length) else { return skip(length, isName: true, isIndexed: isIndexed) }
            name = try reader.string(bytes, length, isCoded: isCoded)
        }
        let (length, isCoded) = try reader.length(bytes)
        guard !isSkipped(length) else { return skip(length, isName: false, isIndexed: isIndexed) }
        let value = try reader.string(bytes, length, isCoded: isCoded)
        add(name, value)
        if isIndexed { table.add(FieldTable.Entry(name: name, value: value)) }
    }

    private func isSkipped(_ length: Int) -> Bool { length > max(Self.skippedLength, section.isTooLarge ? 0 : limit) }

    private mutating func add(_ name: [UInt8], _ value: [UInt8]) {
        guard !section.isTooLarge else { return }
        size += name.count + value.count + FieldSection.fieldOverhead
        if size > limit { section.exceed() } else { section.add(name: name, value: value) }
    }

    /// Reads what representations are made of.
    private struct Reader {
        var position: Int

        /// RFC 7541 §5.1.
        mutating func integer(_ bytes: Span<UInt8>, prefix: Int) throws -> Int {
            guard position < bytes.count else { throw NeedMore() }
            let most = 1 << prefix - 1
            var value = Int(bytes[position]) & most
            position += 1
            guard value == most else { return value }
            var shift = 0
            while true {
                guard position < bytes.count else { throw NeedMore() }
                let byte = bytes[position]
                position += 1
                // Nothing that means anything is as large as 2^28.
                guard shift <= 21 else { throw Fault.integer }
                value += Int(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 { return value }
            }
        }

        mutating func length(_ bytes: Span<UInt8>) throws -> (length: Int, isCoded: Bool) {
            guard position < bytes.count else { throw NeedMore() }
            let isCoded = bytes[position] & 0x80 != 0
            return (try integer(bytes, prefix: 7), isCoded)
        }

        /// RFC 7541 §5.2.
        mutating func string(_ bytes: Span<UInt8>, _ length: Int, isCoded: Bool) throws -> [UInt8] {
            guard bytes.count - position >= length else { throw NeedMore() }
            let text = bytes.extracting(position..<position + length)
            position += length
            var out: [UInt8] = []
            guard isCoded else {
                out.append(span: text)
                return out
            }
            out.reserveCapacity(length * 8 / 5)
            do { try HuffmanCode.decode(text, to: &out) } catch { throw Fault.string }
            return out
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    fileprivate mutating func append(span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
