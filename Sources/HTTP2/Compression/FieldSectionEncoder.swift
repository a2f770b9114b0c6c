/// Compresses the field sections of one direction of a connection (RFC 7541), each byte as it is.
///
/// Sections have to be sent in the order in which they were encoded, all of them: each changes what the next ones mean.
public struct FieldSectionEncoder: Sendable {
    private var table = FieldTable()
    /// The other end keeps less than it did; the next section says so first.
    private var hasShrunk = false

    /// An encoder for one connection.
    public init() {}

    /// The other end keeps no more than this (RFC 9113 §6.5.2, SETTINGS_HEADER_TABLE_SIZE). It isn't used when it
    /// grows: the other end may not have heard yet that it may.
    public mutating func limitTable(to capacity: Int) {
        guard capacity < table.capacity else { return }
        table.resize(to: capacity)
        hasShrunk = true
    }

    /// Encodes a section.
    public mutating func encode(_ section: FieldSection) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        if hasShrunk {
            hasShrunk = false
            Self.append(table.capacity, prefix: 5, bits: 0x20, to: &out)
        }
        let bytes = section.bytes.span
        for index in 0..<section.count {
            let name = bytes.extracting(section.nameRange(at: index))
            append(name, bytes.extracting(section.valueRange(at: index)), to: &out)
        }
        return out
    }

    private mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>, to out: inout [UInt8]) {
        let hash = FieldTable.hash(name)
        let found = table.find(name, value, nameHash: hash)
        let size = name.count + value.count + FieldSection.fieldOverhead
        let kind = Indexing(nameHash: hash, size: size, capacity: table.capacity)
        if let found, found.hasValue, kind != .never {
            return Self.append(found.index, prefix: 7, bits: 0x80, to: &out)
        }
        switch kind {
        case .yes: Self.append(found?.index ?? 0, prefix: 6, bits: 0x40, to: &out)
        case .no: Self.append(found?.index ?? 0, prefix: 4, bits: 0x00, to: &out)
        case .never: Self.append(found?.index ?? 0, prefix: 4, bits: 0x10, to: &out)
        }
        if found == nil { Self.append(name, to: &out) }
        Self.append(value, to: &out)
        guard kind == .yes else { return }
        let entry = FieldTable.Entry(
            name: name.withUnsafeBufferPointer { Array($0) },
            value: value.withUnsafeBufferPointer { Array($0) },
            nameHash: hash,
            valueHash: FieldTable.hash(value)
        )
        table.add(entry)
    }

    /// Whether a field comes into the table.
    private enum Indexing {
        case yes
        /// It is another one each time, or would drive most others out.
        case no
        /// A secret: in a table others could find it by what compresses well (RFC 7541 §7.1.3).
        case never

        init(nameHash: UInt32, size: Int, capacity: Int) {
            if secrets.contains(nameHash) {
                self = .never
            } else if size > capacity / 4 * 3 || unique.contains(nameHash) {
                self = .no
            } else {
                self = .yes
            }
        }
    }

    private static let secrets = hashes(["set-cookie", "authorization", "proxy-authenticate", "x-api-key"])
    private static let unique = hashes([
        "age", "content-length", "content-range", "etag", "last-modified", "location", "x-request-id",
    ])

    private static func hashes(_ names: [String]) -> [UInt32] { names.map { FieldTable.hash(Array($0.utf8).span) } }

    private static func append(_ text: Span<UInt8>, to out: inout [UInt8]) {
        let length = HuffmanCode.encodedLength(of: text)
        guard length < text.count else {
            append(text.count, prefix: 7, bits: 0, to: &out)
            for index in text.indices { out.append(text[index]) }
            return
        }
        append(length, prefix: 7, bits: 0x80, to: &out)
        HuffmanCode.encode(text, to: &out)
    }

    /// RFC 7541 §5.1.
    private static func append(_ value: Int, prefix: Int, bits: UInt8, to out: inout [UInt8]) {
        let most = 1 << prefix - 1
        guard value >= most else { return out.append(bits | UInt8(value)) }
        out.append(bits | UInt8(most))
        var rest = value - most
        while rest >= 0x80 {
            out.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }
}
