/// The scopes and presets that the demo's backend lists and its key service grants.
public struct DemoScopeCatalog: Sendable {
    /// A scope, such as `read:trades`.
    public struct Scope: Sendable {
        /// `verb:resource`.
        public var name: String
        /// What it allows.
        public var description: String
        /// Whether every key has it without being granted it.
        public var isAutomatic: Bool
        /// Whether it is there for endpoints to come.
        public var isReserved: Bool

        /// A scope of these properties.
        public init(name: String, description: String, isAutomatic: Bool = false, isReserved: Bool = false) {
            self.name = name
            self.description = description
            self.isAutomatic = isAutomatic
            self.isReserved = isReserved
        }
    }

    /// A named set of scopes, such as `read-everything`.
    public struct Preset: Sendable {
        /// What a program calls it.
        public var id: String
        /// What people call it.
        public var title: String
        /// The scopes that it grants.
        public var scopes: [String]

        /// A preset of these properties.
        public init(id: String, title: String, scopes: [String]) {
            self.id = id
            self.title = title
            self.scopes = scopes
        }
    }

    /// Every scope that exists.
    public var scopes: [Scope]
    /// Every preset that a key can be made from.
    public var presets: [Preset]

    /// A catalog of these scopes and presets.
    public init(scopes: [Scope] = [], presets: [Preset] = []) {
        self.scopes = scopes
        self.presets = presets
    }

    /// `GET /api/v1/scopes`.
    var operation: JournalOperation {
        let answer = json
        return JournalOperation(.get, "/scopes") { _, _ in .json(200, answer) }
    }

    private var json: JSONValue {
        [
            "scopes": .array(
                scopes.map {
                    [
                        "scope": .string($0.name), "description": .string($0.description),
                        "automatic": .bool($0.isAutomatic), "reserved": .bool($0.isReserved),
                    ]
                }
            ),
            "presets": .array(
                presets.map {
                    [
                        "id": .string($0.id), "title": .string($0.title),
                        "scopes": .array($0.scopes.map { .string($0) }),
                    ]
                }
            ),
        ]
    }
}
