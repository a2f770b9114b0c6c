/// The table of fields that both ends of a connection keep alike (RFC 7541 §2.3): the static entries, and behind them
/// those that were sent before, the latest first.
struct FieldTable {
    struct Entry {
        let name: [UInt8]
        let value: [UInt8]
        let nameHash: UInt32
        let valueHash: UInt32

        init(_ name: [UInt8], _ value: [UInt8]) {
            self.name = name
            self.value = value
            nameHash = FieldTable.hash(name.span)
            valueHash = FieldTable.hash(value.span)
        }

        var size: Int { name.count + value.count + FieldSection.fieldOverhead }
    }

    /// How large the dynamic part is when nobody has said otherwise (RFC 9113 §6.5.2).
    static let defaultCapacity = 4096

    private(set) var capacity = FieldTable.defaultCapacity
    private(set) var size = 0
    /// The dynamic entries, the latest last; those before ``first`` are gone.
    private var entries: [Entry] = []
    private var first = 0

    var dynamicCount: Int { entries.count - first }

    /// The entry of an index, which counts from 1.
    func entry(at index: Int) -> Entry? {
        guard index >= 1 else { return nil }
        if index <= Self.staticEntries.count { return Self.staticEntries[index - 1] }
        let position = entries.count - (index - Self.staticEntries.count)
        return position >= first && position < entries.count ? entries[position] : nil
    }

    /// Adds an entry, for which older ones may have to leave.
    mutating func add(_ entry: Entry) {
        evict(to: capacity - entry.size)
        guard entry.size <= capacity else { return }
        entries.append(entry)
        size += entry.size
    }

    /// Sets how large the dynamic part may be.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        evict(to: capacity)
    }

    /// Takes all dynamic entries out, as one does that is larger than the table.
    mutating func clear() { evict(to: 0) }

    private mutating func evict(to limit: Int) {
        while first < entries.count, size > limit {
            size -= entries[first].size
            first += 1
        }
        guard first == entries.count || first > 64 else { return }
        entries.removeSubrange(..<first)
        first = 0
    }

    /// The index of a field, or else of its name.
    func find(_ entry: Entry) -> (index: Int, hasValue: Bool)? {
        var named: Int?
        for position in stride(from: entries.count - 1, through: first, by: -1) {
            let candidate = entries[position]
            guard candidate.nameHash == entry.nameHash, candidate.name == entry.name else { continue }
            let index = Self.staticEntries.count + entries.count - position
            if candidate.valueHash == entry.valueHash, candidate.value == entry.value { return (index, true) }
            named = named ?? index
        }
        for (offset, hash) in Self.staticHashes.enumerated() where hash == entry.nameHash {
            let candidate = Self.staticEntries[offset]
            guard candidate.name == entry.name else { continue }
            if candidate.value == entry.value { return (offset + 1, true) }
            // The first of a name, which takes the fewest bytes.
            if (named ?? .max) > offset + 1 { named = offset + 1 }
        }
        return named.map { ($0, false) }
    }

    /// FNV-1a. A collision costs a comparison.
    private static func hash(_ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
        return hash
    }

    private static let staticHashes = staticEntries.map(\.nameHash)

    /// RFC 7541, Appendix A.
    static let staticEntries: [Entry] = [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
        (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
        (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
        ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
        ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
        ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""),
        ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""),
        ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""),
        ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
        ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ].map { Entry(Array($0.0.utf8), Array($0.1.utf8)) }
}
