/// A member of a JSON object.
public struct JSONMember: Hashable, Sendable {
    /// Its name: well-formed UTF-8, escapes resolved.
    public let name: [UInt8]
    /// Its value.
    public let value: JSONValue

    /// A member of a name and a value.
    public init(name: [UInt8], value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// A JSON object: members in their written order, no two of one name.
public struct JSONObject: Hashable, Sendable {
    /// The members in their written order.
    public private(set) var members: [JSONMember] = []
    /// The names so far, kept only once there are too many to compare one by one.
    private var names: Set<[UInt8]> = []

    init() {}

    /// The value of the member called `name`, or nil. Its cost grows with the number of members.
    public subscript(name: String) -> JSONValue? {
        members.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// The value of the member whose name is these bytes of UTF-8, or nil.
    public subscript(name: [UInt8]) -> JSONValue? {
        members.first { $0.name == name }?.value
    }

    /// Adds a member, unless there is one of that name.
    mutating func append(name: [UInt8], value: JSONValue) -> Bool {
        if members.count < Self.maximumForLinearSearch {
            guard !members.contains(where: { $0.name == name }) else { return false }
        } else {
            if names.isEmpty {
                names = Set(members.map(\.name))
            }
            guard names.insert(name).inserted else { return false }
        }
        members.append(JSONMember(name: name, value: value))
        return true
    }

    private static let maximumForLinearSearch = 16
}
