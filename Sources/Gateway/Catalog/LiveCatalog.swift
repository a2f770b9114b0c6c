import StrictJSON

/// The scopes that a backend says exist, as its `GET /api/v1/scopes` answers: `{"scopes":[{"scope":"read:trades",
/// "automatic":false,"reserved":false,…},…],"presets":[{"id":"read-everything","scopes":[…],…},…]}`. A scope may be its
/// name alone; other members are passed over.
public struct LiveCatalog: Equatable, Sendable {
    /// A scope.
    public struct Scope: Equatable, Sendable {
        /// Its name; `verb:resource`, if it is well-formed.
        public var name: String
        /// Whether every valid key has it; nil when the backend doesn't say.
        public var isAutomatic: Bool?
        /// Whether it is there for endpoints to come; nil when the backend doesn't say.
        public var isReserved: Bool?
    }

    /// A preset.
    public struct Preset: Equatable, Sendable {
        /// What programs call it.
        public var id: String
        /// The names of the scopes that it grants.
        public var scopes: [String]
    }

    /// Why an answer can't be read.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// What is wrong, and where in the answer.
        public let description: String
    }

    /// The scopes, as they were listed.
    public private(set) var scopes: [Scope] = []
    /// The presets, as they were listed; nil when the backend lists none at all.
    public private(set) var presets: [Preset]?

    /// Reads an answer's body.
    ///
    /// - Throws: ``Problem`` with the place of the first thing that isn't as it should be.
    public init(parsing body: [UInt8]) throws(Problem) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body.span)
        } catch {
            throw Problem(description: "the answer is not JSON: \(error)")
        }
        guard case .object(let root) = value else { throw Problem(description: "the answer is not a JSON object") }
        guard case .array(let elements)? = root["scopes"] else {
            throw Problem(description: "/scopes is not a list")
        }
        for (index, element) in elements.enumerated() {
            let scope = try Self.scope(element, at: "/scopes/\(index)")
            guard !scopes.contains(where: { $0.name == scope.name }) else {
                throw Problem(description: "/scopes/\(index): \(scope.name) is listed twice")
            }
            scopes.append(scope)
        }
        switch root["presets"] {
        case nil, .null: break
        case .array(let elements):
            var presets: [Preset] = []
            for (index, element) in elements.enumerated() {
                presets.append(try Self.preset(element, at: "/presets/\(index)"))
            }
            self.presets = presets
        default: throw Problem(description: "/presets is not a list")
        }
    }

    private static func scope(_ value: JSONValue, at place: String) throws(Problem) -> Scope {
        if let name = value.string { return Scope(name: name) }
        guard case .object(let object) = value, let name = object["scope"]?.string else {
            throw Problem(description: "\(place) is neither a text nor an object with a member \"scope\"")
        }
        return Scope(
            name: name,
            isAutomatic: try flag(object, "automatic", at: place),
            isReserved: try flag(object, "reserved", at: place)
        )
    }

    private static func preset(_ value: JSONValue, at place: String) throws(Problem) -> Preset {
        guard case .object(let object) = value, let id = object["id"]?.string,
            case .array(let elements)? = object["scopes"]
        else { throw Problem(description: "\(place) is not an object with \"id\" and a list \"scopes\"") }
        let names = elements.compactMap(\.string)
        guard names.count == elements.count else {
            throw Problem(description: "\(place)/scopes has something other than texts")
        }
        return Preset(id: id, scopes: names)
    }

    private static func flag(_ object: JSONObject, _ name: String, at place: String) throws(Problem) -> Bool? {
        switch object[name] {
        case nil, .null: return nil
        case .bool(let value): return value
        default: throw Problem(description: "\(place)/\(name) is neither true nor false")
        }
    }
}
