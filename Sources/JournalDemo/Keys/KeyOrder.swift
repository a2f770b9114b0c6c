/// What a client asks for by `POST /keys`: `{"name":…,"scopes":[…]}` or `{"name":…,"preset":…}`, with `expires_in` in
/// seconds if the key is to end.
struct KeyOrder {
    private static let lifeRange: ClosedRange<Int64> = 1...315_360_000

    let name: String
    let scopes: [String]
    /// In seconds.
    let expiresIn: Int64?

    /// - Throws: 400 `invalid_json`, 422 with all that is wrong.
    init(parsing body: [UInt8], catalog: DemoScopeCatalog) throws(JournalError) {
        guard let members = (try? JSONValue(parsing: body))?.object else { throw .invalidJSON }
        var problems: [FieldProblem] = []
        for name in members.keys.sorted() where !["name", "scopes", "preset", "expires_in"].contains(name) {
            problems.append(FieldProblem(path: name, problem: "is not a member that can be set"))
        }
        name = members["name"]?.string ?? ""
        if name.isEmpty || name.utf8.count > 200 {
            problems.append(FieldProblem(path: "name", problem: "must be a string of 1 to 200 bytes"))
        }
        expiresIn = members["expires_in"]?.int
        if members["expires_in"] != nil, !(expiresIn.map(Self.lifeRange.contains) ?? false) {
            problems.append(
                FieldProblem(
                    path: "expires_in",
                    problem: "must be a whole number from 1 to \(Self.lifeRange.upperBound)"
                )
            )
        }
        scopes = Self.scopes(members, catalog, &problems)
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private static func scopes(
        _ members: [String: JSONValue],
        _ catalog: DemoScopeCatalog,
        _ problems: inout [FieldProblem]
    ) -> [String] {
        switch (members["scopes"], members["preset"]) {
        case (let given?, nil):
            guard let elements = given.array else { break }
            let scopes = elements.compactMap(\.string)
            let known = Set(catalog.scopes.map(\.name))
            for (index, element) in elements.enumerated() where !known.contains(element.string ?? "") {
                problems.append(FieldProblem(path: "scopes[\(index)]", problem: "must be a scope of the catalog"))
            }
            return scopes
        case (nil, let given?):
            guard let preset = catalog.presets.first(where: { $0.id == given.string }) else {
                let ids = catalog.presets.map(\.id).joined(separator: ", ")
                problems.append(FieldProblem(path: "preset", problem: "must be one of \(ids)"))
                return []
            }
            return preset.scopes
        default: break
        }
        problems.append(FieldProblem(path: "scopes", problem: "must be an array of scopes, unless preset is given"))
        return []
    }
}
