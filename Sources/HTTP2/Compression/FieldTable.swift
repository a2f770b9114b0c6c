/// The table of fields that both ends of a connection keep alike (RFC 7541 §2.3): the static entries, and behind them
/// those that were sent before, the latest first.
struct FieldTable {
    struct Entry {
        let name: [UInt8]
        let value: [UInt8]
        /// Those of the name and the value; 0 in a table in which nothing is looked for.
        var nameHash: UInt32 = 0
        var valueHash: UInt32 = 0

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
    func find(_ name: Span<UInt8>, _ value: Span<UInt8>, nameHash: UInt32) -> (index: Int, hasValue: Bool)? {
        var named: Int?
        var valueHash: UInt32?
        for position in stride(from: entries.count - 1, through: first, by: -1) {
            guard entries[position].nameHash == nameHash, Self.equal(entries[position].name, name) else { continue }
            let index = Self.staticEntries.count + entries.count - position
            let hash = valueHash ?? Self.hash(value)
            valueHash = hash
            if entries[position].valueHash == hash, Self.equal(entries[position].value, value) { return (index, true) }
            named = named ?? index
        }
        // Entries of one name stand side by side; the first takes the fewest bytes.
        guard let start = Self.staticIndex[nameHash], Self.equal(Self.staticEntries[start - 1].name, name) else {
            return named.map { ($0, false) }
        }
        var index = start
        while index <= Self.staticEntries.count, Self.staticEntries[index - 1].nameHash == nameHash {
            if Self.equal(Self.staticEntries[index - 1].value, value) { return (index, true) }
            index += 1
        }
        return (start, false)
    }

    /// FNV-1a. A collision costs a comparison.
    static func hash(_ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
        return hash
    }

    private static func equal(_ array: [UInt8], _ bytes: Span<UInt8>) -> Bool {
        guard array.count == bytes.count else { return false }
        for index in bytes.indices where array[index] != bytes[index] { return false }
        return true
    }

    /// The first index of each name, by its hash.
    private static let staticIndex = Dictionary(
        zip(staticEntries.map(\.nameHash), 1...),
        uniquingKeysWith: { first, _ in first }
    )

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
    ].map { name, value in
        let name = Array(name.utf8)
        return Entry(name: name, value: Array(value.utf8), nameHash: hash(name.span))
    }
}
