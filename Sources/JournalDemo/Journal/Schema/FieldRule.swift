/// What a member of a resource may hold.
indirect enum FieldKind: Sendable {
    /// A string of at most that many bytes of UTF-8, not empty.
    case text(Int)
    /// A string of at most that many bytes of UTF-8.
    case prose(Int)
    /// One of these strings.
    case choice([String])
    /// A number within these bounds.
    case number(ClosedRange<Double>)
    /// A truth value.
    case flag
    /// An RFC 3339 date-time, kept in UTC.
    case timestamp
    /// The id of a stored resource.
    case reference(ResourceKind)
    /// At most that many different values of a kind.
    case set(FieldKind, atMost: Int)
    /// At most that many objects, each of which gets an id with this prefix, or keeps the one it has.
    case entries(prefix: String, [FieldRule], atMost: Int)

    /// A number from the smallest that makes sense as a price or a quantity.
    static let positive = FieldKind.number(1e-9...1e12)
    /// An amount of money of either sign.
    static let money = FieldKind.number(-1e12...1e12)

    /// Whether `?member=value` selects from a list by this member.
    var isFilter: Bool {
        switch self {
        case .text, .choice, .reference: true
        default: false
        }
    }
}

/// A member of a resource: its name, what it may hold, and what it holds when it is not given.
struct FieldRule: Sendable {
    enum Presence: Sendable {
        /// Must be given.
        case required
        /// Holds this when it is not given; can't be null unless this is null.
        case optional(JSONValue)
        /// Holds the present when it is not given.
        case present
    }

    let name: String
    let kind: FieldKind
    let presence: Presence

    var isNullable: Bool {
        if case .optional(.null) = presence { true } else { false }
    }

    static func required(_ name: String, _ kind: FieldKind) -> FieldRule {
        FieldRule(name: name, kind: kind, presence: .required)
    }

    static func optional(_ name: String, _ kind: FieldKind, else fallback: JSONValue) -> FieldRule {
        FieldRule(name: name, kind: kind, presence: .optional(fallback))
    }

    static func nullable(_ name: String, _ kind: FieldKind) -> FieldRule {
        FieldRule(name: name, kind: kind, presence: .optional(.null))
    }

    static func timestampOrNow(_ name: String) -> FieldRule {
        FieldRule(name: name, kind: .timestamp, presence: .present)
    }
}

/// What is wrong with a member of a body.
struct FieldProblem: Sendable {
    /// Where, such as `members[2].account_id`.
    var path: String
    /// What, as the end of a sentence that begins with the path.
    var problem: String

    var json: JSONValue { ["field": .string(path), "problem": .string(problem)] }
}
