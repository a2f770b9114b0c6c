import SimpleHTTP

/// A stored resource.
struct Record: Sendable {
    /// The number behind the prefix of its id; grows with every record of a kind.
    let serial: Int
    let id: String
    let createdAt: Timestamp
    var updatedAt: Timestamp
    let kind: ResourceKind
    /// All members, those that only a path below the resource shows included.
    var fields: [String: JSONValue]

    /// The record as a read shows it.
    var json: JSONValue {
        var members = fields
        for name in kind.membersBelow { members[name] = nil }
        members["id"] = .string(id)
        members["created_at"] = .string(createdAt.text)
        members["updated_at"] = .string(updatedAt.text)
        return .object(members)
    }
}

/// All that the journal stores.
struct JournalState: Sendable {
    /// Ordered by their serials.
    private var records: [ResourceKind: [Record]] = [:]
    private var lastSerials: [String: Int] = [:]
    /// The bytes of the screenshots, by id.
    var files: [String: [UInt8]] = [:]

    /// The next id with that prefix, `trd_1` and so on.
    mutating func nextID(prefix: String) -> (serial: Int, id: String) {
        let serial = lastSerials[prefix, default: 0] + 1
        lastSerials[prefix] = serial
        return (serial, "\(prefix)_\(serial)")
    }

    /// Every record of a kind, oldest first.
    func all(_ kind: ResourceKind) -> [Record] {
        records[kind] ?? []
    }

    func exists(_ kind: ResourceKind, id: String) -> Bool {
        index(kind, id: id) != nil
    }

    /// - Throws: `notFound`.
    func record(_ kind: ResourceKind, id: String) throws(JournalError) -> Record {
        guard let index = index(kind, id: id), let records = records[kind] else {
            throw .notFound(kind, id: id)
        }
        return records[index]
    }

    @discardableResult
    mutating func insert(_ kind: ResourceKind, fields: [String: JSONValue], at now: Timestamp) -> Record {
        let (serial, id) = nextID(prefix: kind.prefix)
        let record = Record(serial: serial, id: id, createdAt: now, updatedAt: now, kind: kind, fields: fields)
        records[kind, default: []].append(record)
        return record
    }

    /// Changes a record in place, and its time of change with it.
    ///
    /// - Throws: `notFound`.
    @discardableResult
    mutating func update(
        _ kind: ResourceKind,
        id: String,
        at now: Timestamp,
        _ change: (inout Record) -> Void
    ) throws(JournalError) -> Record {
        guard let index = index(kind, id: id), var record = records[kind]?[index] else {
            throw .notFound(kind, id: id)
        }
        change(&record)
        record.updatedAt = now
        records[kind]?[index] = record
        return record
    }

    /// Changes every record of a kind in place.
    mutating func updateAll(_ kind: ResourceKind, _ change: (inout Record) -> Void) {
        guard var changed = records.removeValue(forKey: kind) else { return }
        for index in changed.indices { change(&changed[index]) }
        records[kind] = changed
    }

    /// - Throws: `notFound`.
    mutating func remove(_ kind: ResourceKind, id: String) throws(JournalError) {
        guard let index = index(kind, id: id) else { throw .notFound(kind, id: id) }
        records[kind]?.remove(at: index)
    }

    mutating func removeAll(_ kind: ResourceKind, where matches: (Record) -> Bool) {
        records[kind]?.removeAll(where: matches)
    }

    private func index(_ kind: ResourceKind, id: String) -> Int? {
        guard let records = records[kind] else { return nil }
        guard let underscore = id.utf8.lastIndex(of: UInt8(ascii: "_")),
            let serial = Int(id[id.utf8.index(after: underscore)...])
        else { return nil }
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].serial < serial { low = middle + 1 } else { high = middle }
        }
        // Comparing the whole id leaves one spelling for each: `trd_01` and `acc_1` are not `trd_1`.
        return low < records.count && records[low].id == id ? low : nil
    }
}
