import SimpleHTTP

/// Checks bodies against rules, and reports all problems at once.
struct FieldValidator {
    /// Whether a resource of that kind and id is stored.
    let exists: (ResourceKind, String) -> Bool
    let now: Timestamp
    private(set) var problems: [FieldProblem] = []

    init(now: Timestamp, exists: @escaping (ResourceKind, String) -> Bool) {
        self.now = now
        self.exists = exists
    }

    /// Checks the members of an object.
    ///
    /// - Parameters:
    ///   - isPartial: Members that are not given are left out (a PATCH) instead of being filled in.
    /// - Returns: The members as they are stored.
    mutating func check(
        _ members: [String: JSONValue],
        against rules: [FieldRule],
        isPartial: Bool,
        at path: String = ""
    ) -> [String: JSONValue] {
        var checked: [String: JSONValue] = [:]
        for rule in rules {
            let memberPath = path + rule.name
            if let value = members[rule.name] {
                checked[rule.name] = value == .null && rule.isNullable ? .null : check(value, rule.kind, at: memberPath)
            } else if !isPartial {
                checked[rule.name] = absent(rule, at: memberPath)
            }
        }
        for name in members.keys.sorted() where !rules.contains(where: { $0.name == name }) {
            report(path + name, "is not a member that can be set")
        }
        return checked
    }

    private mutating func absent(_ rule: FieldRule, at path: String) -> JSONValue? {
        switch rule.presence {
        case .optional(let fallback): return fallback
        case .present: return .string(now.text)
        case .required:
            report(path, "is required")
            return nil
        }
    }

    private mutating func check(_ value: JSONValue, _ kind: FieldKind, at path: String) -> JSONValue? {
        switch kind {
        case .text(let limit):
            guard let text = value.string, !text.isEmpty, text.utf8.count <= limit else {
                return report(path, "must be a string of 1 to \(limit) bytes")
            }
        case .prose(let limit):
            guard let text = value.string, text.utf8.count <= limit else {
                return report(path, "must be a string of at most \(limit) bytes")
            }
        case .choice(let choices):
            guard let text = value.string, choices.contains(text) else {
                return report(path, "must be one of \(choices.joined(separator: ", "))")
            }
        case .number(let range):
            guard let number = value.double, range.contains(number) else {
                return report(path, "must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .flag:
            guard value.bool != nil else { return report(path, "must be true or false") }
        case .timestamp:
            guard let timestamp = value.string.flatMap(Timestamp.init(parsing:)) else {
                return report(path, "must be a time such as 2026-01-31T14:30:00Z")
            }
            return .string(timestamp.text)
        case .reference(let kind):
            guard let id = value.string, exists(kind, id) else {
                return report(path, "must be the id of a stored \(kind.noun)")
            }
        case .set(let element, let limit):
            return checkSet(value, of: element, atMost: limit, at: path)
        case .entries(_, let rules, let limit):
            return checkEntries(value, rules, atMost: limit, at: path)
        }
        return value
    }

    private mutating func checkSet(
        _ value: JSONValue,
        of element: FieldKind,
        atMost limit: Int,
        at path: String
    ) -> JSONValue? {
        guard let elements = value.array, elements.count <= limit else {
            return report(path, "must be an array of at most \(limit)")
        }
        var checked: [JSONValue] = []
        for (index, given) in elements.enumerated() {
            guard let good = check(given, element, at: "\(path)[\(index)]") else { continue }
            if checked.contains(good) { report("\(path)[\(index)]", "is there twice") }
            checked.append(good)
        }
        return .array(checked)
    }

    private mutating func checkEntries(
        _ value: JSONValue,
        _ rules: [FieldRule],
        atMost limit: Int,
        at path: String
    ) -> JSONValue? {
        guard let elements = value.array, elements.count <= limit else {
            return report(path, "must be an array of at most \(limit) objects")
        }
        var checked: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            let elementPath = "\(path)[\(index)]"
            guard var members = element.object else {
                report(elementPath, "must be an object")
                continue
            }
            let id = members.removeValue(forKey: "id")
            var good = check(members, against: rules, isPartial: false, at: elementPath + ".")
            good["id"] = id
            checked.append(.object(good))
        }
        return .array(checked)
    }

    @discardableResult
    private mutating func report(_ path: String, _ problem: String) -> JSONValue? {
        problems.append(FieldProblem(path: path, problem: problem))
        return nil
    }
}
