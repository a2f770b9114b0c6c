import ScopeModel

/// Which parts of an OpenAPI document are kept when it is read: those that routes depend on. The rest, nearly all of a
/// large document, is parsed and forgotten.
enum OutlineFilter {
    /// Nothing is kept.
    case nothing
    /// The document, or a file that is referred to as a whole.
    case root
    case info
    case components
    /// A mapping of objects by name: `paths`, `securitySchemes`.
    case objects
    /// A path item, an operation, a parameter or a security scheme. They share one filter, so that a reference from one
    /// place to another kind of thing never finds it with members missing.
    case object
    /// A list of parameters, or a parameter: its reference matters only.
    case parameters
    /// Everything is kept.
    case everything

    /// The fields of operations (OpenAPI 3.1.1 §4.8.9), and the methods that they stand for.
    static let operations: [(field: String, method: String)] = [
        ("get", "GET"), ("head", "HEAD"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"),
        ("options", "OPTIONS"), ("trace", "TRACE"),
    ]

    /// The same, to look up.
    static let methods = Dictionary(operations.map { ($0.field, $0.method) }) { first, _ in first }

    /// The extension that names scopes which are needed besides those of `security`.
    static let requiredScopes = "x-required-scopes"

    /// Whether a name is nearly that of the extension, so that somebody may have meant it.
    static func isNearlyRequiredScopes(_ name: String) -> Bool {
        guard (10...28).contains(name.utf8.count), name != requiredScopes else { return false }
        return name.lowercased().contains("sco")
            && NearestName.suggestion(for: name, among: [requiredScopes]) != nil
    }

    /// What of a member's value is kept.
    func member(_ name: String) -> OutlineFilter {
        switch self {
        case .nothing: .nothing
        case .everything: .everything
        case .objects: name == "$ref" ? .everything : .object
        case .info: name == "title" || name == "version" ? .everything : .nothing
        case .parameters: name == "$ref" ? .everything : .nothing
        case .components:
            switch name {
            case "$ref": .everything
            case "securitySchemes", "pathItems", "parameters": .objects
            default: .nothing
            }
        case .root:
            switch name {
            case "openapi", "swagger": .everything
            case "info": .info
            case "paths": .objects
            case "components": .components
            default: OutlineFilter.object.member(name)
            }
        case .object:
            switch name {
            case "$ref", "operationId", "type", "scheme", "in", "openIdConnectUrl", "security", "servers", "flows",
                Self.requiredScopes:
                .everything
            case "parameters": .parameters
            // Those in another case are no operations, but somebody took them for ones.
            case _ where Self.methods[name.lowercased()] != nil: .object
            default: Self.isNearlyRequiredScopes(name) ? .everything : .nothing
            }
        }
    }

    /// What of an item of a list is kept.
    var item: OutlineFilter {
        switch self {
        case .everything, .parameters, .object: self
        case .nothing, .root, .info, .components, .objects: .nothing
        }
    }

    /// Whether a value that was read with this filter has all that an object has.
    var holdsObjects: Bool {
        switch self {
        case .object, .everything, .root: true
        case .nothing, .info, .components, .objects, .parameters: false
        }
    }
}

/// The places of a document that references lead to, as a tree of the tokens of their pointers.
final class WantedPlaces {
    private(set) var children: [String: WantedPlaces] = [:]
    private(set) var isWanted = false

    /// Adds a place; whether it is new.
    func insert(_ tokens: [String]) -> Bool {
        var place = self
        for token in tokens {
            if place.children[token] == nil { place.children[token] = WantedPlaces() }
            place = place.children[token] ?? place
        }
        defer { place.isWanted = true }
        return !place.isWanted
    }

    /// What is kept of a value of this place, which has a filter by where it stands.
    func filter(_ filter: OutlineFilter) -> OutlineFilter { isWanted && !filter.holdsObjects ? .object : filter }
}
