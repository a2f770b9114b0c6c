import StrictJSON

/// The members of an object of the admin listener, by name and type.
struct JSONFields {
    /// A member is missing, or of another type.
    struct Missing: Error {}

    private let object: JSONObject

    init?(_ value: JSONValue?) {
        guard case .object(let object)? = value else { return nil }
        self.object = object
    }

    func object(_ name: String) -> JSONFields? { JSONFields(object[name]) }

    func text(_ name: String) -> String? { object[name]?.string }

    func bool(_ name: String) -> Bool? {
        guard case .bool(let value)? = object[name] else { return nil }
        return value
    }

    func list(_ name: String) -> [JSONValue]? {
        guard case .array(let elements)? = object[name] else { return nil }
        return elements
    }

    func optionalWhole(_ name: String) -> Int64? {
        guard case .number(let number)? = object[name] else { return nil }
        return number.int64
    }

    func optionalReal(_ name: String) -> Double? {
        guard case .number(let number)? = object[name] else { return nil }
        return number.double
    }

    func whole(_ name: String) throws(Missing) -> Int64 {
        guard let value = optionalWhole(name) else { throw Missing() }
        return value
    }

    func real(_ name: String) throws(Missing) -> Double {
        guard let value = optionalReal(name) else { throw Missing() }
        return value
    }
}
