import SimpleHTTP

/// The operations that every kind of resource has in the same form.
enum CollectionOperations {
    /// Lists records, oldest first: `limit` (1...500, 100 if not given), `after` (an id), and `member=value`.
    static func list(_ kind: ResourceKind, _ template: String, hasEntityTag: Bool = false) -> JournalOperation {
        JournalOperation(.get, template, hasEntityTag: hasEntityTag) { (state, call) throws(JournalError) in
            try page(state.all(kind), kind, call)
        }
    }

    static func read(_ kind: ResourceKind, _ template: String, hasEntityTag: Bool = false) -> JournalOperation {
        JournalOperation(.get, template, hasEntityTag: hasEntityTag) { (state, call) throws(JournalError) in
            .json(200, try state.record(kind, id: call.id).json)
        }
    }

    /// - Parameters:
    ///   - hasOwnPath: The record can be read below the template by its id.
    ///   - complete: Fills in what follows from the members, and reports what contradicts.
    static func create(
        _ kind: ResourceKind,
        _ template: String,
        hasOwnPath: Bool = true,
        complete: @escaping Completion = { _, _, _ in }
    ) -> JournalOperation {
        JournalOperation(.post, template) { (state, call) throws(JournalError) in
            var fields = try state.checked(call.members(), kind.rules, isPartial: false, at: call.now)
            try complete(&state, &fields, [:])
            let record = state.insert(kind, fields: fields, at: call.now)
            let path = "\(JournalRouter.prefix)\(template)/\(record.id)"
            return .created(record.json, location: hasOwnPath ? path : nil)
        }
    }

    static func update(
        _ kind: ResourceKind,
        _ template: String,
        complete: @escaping Completion = { _, _, _ in }
    ) -> JournalOperation {
        JournalOperation(.patch, template) { (state, call) throws(JournalError) in
            let old = try state.record(kind, id: call.id)
            let changes = try state.checked(call.members(), kind.rules, isPartial: true, at: call.now)
            var fields = old.fields.merging(changes) { _, new in new }
            try complete(&state, &fields, old.fields)
            let record = try state.update(kind, id: call.id, at: call.now) { $0.fields = fields }
            return .json(200, record.json)
        }
    }

    /// - Parameter cascade: Removes or changes what refers to the record that was removed.
    static func delete(
        _ kind: ResourceKind,
        _ template: String,
        cascade: @escaping @Sendable (inout JournalState, String) -> Void = { _, _ in }
    ) -> JournalOperation {
        JournalOperation(.delete, template) { (state, call) throws(JournalError) in
            try state.remove(kind, id: call.id)
            cascade(&state, call.id)
            return .done
        }
    }

    /// Takes the store, the members that are about to be stored, and those that were (none for a new record).
    typealias Completion =
        @Sendable (inout JournalState, inout [String: JSONValue], [String: JSONValue]) throws(JournalError) -> Void

    /// The array that a member of the record in the path holds.
    static func readMember(
        _ member: String,
        of kind: ResourceKind,
        _ template: String,
        hasEntityTag: Bool = false
    ) -> JournalOperation {
        JournalOperation(.get, template, hasEntityTag: hasEntityTag) { (state, call) throws(JournalError) in
            let record = try state.record(kind, id: call.id)
            return .json(200, ["data": record.fields[member] ?? []])
        }
    }

    /// Puts an array in the place of the one that a member of the record in the path holds.
    static func replaceMember(
        _ rule: FieldRule,
        of kind: ResourceKind,
        _ template: String,
        complete: @escaping Completion = { _, _, _ in }
    ) -> JournalOperation {
        JournalOperation(.put, template) { (state, call) throws(JournalError) in
            let old = try state.record(kind, id: call.id)
            var fields = try state.checked(call.members(), [rule], isPartial: false, at: call.now)
            try complete(&state, &fields, old.fields)
            let record = try state.update(kind, id: call.id, at: call.now) {
                $0.fields[rule.name] = fields[rule.name]
            }
            return .json(200, ["data": record.fields[rule.name] ?? []])
        }
    }

    /// One page of records as `{"data":[…],"next":…}`; `next` is what `after` has to be for the next one.
    static func page(
        _ records: [Record],
        _ kind: ResourceKind,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        guard let limit = Int(call.queryValue("limit") ?? "100"), (1...500).contains(limit) else {
            throw .invalidParameter("limit", "must be a number from 1 to 500")
        }
        var rest = records[...]
        if let after = call.queryValue("after") {
            guard let serial = after.split(separator: "_").last.flatMap({ Int($0) }) else {
                throw .invalidParameter("after", "must be an id")
            }
            rest = rest.drop { $0.serial <= serial }
        }
        let filters = kind.rules.filter(\.kind.isFilter).compactMap { rule in
            call.queryValue(rule.name).map { (name: rule.name, value: JSONValue.string($0)) }
        }
        let chosen = rest.lazy.filter { record in
            filters.allSatisfy { record.fields[$0.name] == $0.value }
        }.prefix(limit + 1)
        var data = Array(chosen)
        let hasMore = data.count > limit
        if hasMore { data.removeLast() }
        let next: JSONValue = hasMore ? data.last.map { .string($0.id) } ?? .null : .null
        return .json(200, ["data": .array(data.map(\.json)), "next": next])
    }
}

extension JournalState {
    /// The members of a body as they are stored.
    ///
    /// - Throws: 422 with all that is wrong.
    func checked(
        _ members: [String: JSONValue],
        _ rules: [FieldRule],
        isPartial: Bool,
        at now: Timestamp
    ) throws(JournalError) -> [String: JSONValue] {
        var validator = FieldValidator(now: now) { kind, id in exists(kind, id: id) }
        let checked = validator.check(members, against: rules, isPartial: isPartial)
        guard validator.problems.isEmpty else { throw .invalid(validator.problems) }
        return checked
    }

    /// Gives ids to embedded objects that have none.
    ///
    /// - Parameters:
    ///   - given: What the request holds; an object with the id of a present one takes its place.
    ///   - keepOthers: Present ones that are not given stay (an upsert) instead of going.
    /// - Throws: 422 if an id is not that of a present one, or is there twice.
    mutating func embed(
        _ given: [JSONValue],
        into present: [JSONValue],
        prefix: String,
        keepOthers: Bool,
        at path: String
    ) throws(JournalError) -> [JSONValue] {
        var result = keepOthers ? present : []
        var seen: Set<String> = []
        for (index, entry) in given.enumerated() {
            guard var members = entry.object else { continue }
            guard let id = members["id"] else {
                members["id"] = .string(nextID(prefix: prefix).id)
                result.append(.object(members))
                continue
            }
            guard let id = id.string, present.contains(where: { $0["id"]?.string == id }), seen.insert(id).inserted
            else { throw .invalid("\(path)[\(index)].id", "must be the id of one that is there, once") }
            if let position = result.firstIndex(where: { $0["id"]?.string == id }) {
                result[position] = .object(members)
            } else {
                result.append(.object(members))
            }
        }
        return result
    }
}
