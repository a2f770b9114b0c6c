/// The URL of a server with its variables (OpenAPI 3.1.1 §4.8.5, §4.8.6).
struct ServerURL {
    /// More URLs than these are none that anybody wrote down one by one.
    private static let maximumCount = 64

    /// The URLs that it stands for, each once. What isn't known is left in them as `{name=default}`: a variable that
    /// may have any value, or one with too many.
    private(set) var urls: [String]

    /// - Parameter variables: the object `variables`.
    init(_ url: String, variables: DocumentValue?) {
        let pieces = Self.pieces(of: url)
        urls = [""]
        for piece in pieces {
            guard piece.isVariable else {
                for index in urls.indices { urls[index] += piece.text }
                continue
            }
            let values = Self.values(of: piece.text, variables)
            guard let values, urls.count * values.count <= Self.maximumCount else {
                let given = variables?[piece.text]?["default"]?.text ?? ""
                // With its default, so that two hosts that differ in it are two.
                let name = given.holds(anyOf: "/?#{}") ? "{\(piece.text)}" : "{\(piece.text)=\(given)}"
                // One with a slash in it is no part of a host only.
                let hasPath = given.holds(anyOf: "/")
                for index in urls.indices { urls[index] += hasPath ? "\(name)/\(name)" : name }
                continue
            }
            urls = urls.flatMap { start in values.map { start + $0 } }
        }
        var seen: Set<String> = []
        urls = urls.filter { seen.insert($0).inserted }
    }

    /// The texts and the names of variables that follow one another in a URL.
    private static func pieces(of url: String) -> [(text: String, isVariable: Bool)] {
        var pieces: [(text: String, isVariable: Bool)] = []
        var rest = url[...]
        while true {
            let text = rest.before(anyOf: "{")
            let inside = rest[text.endIndex...].behind(1)
            let name = inside.before(anyOf: "{}")
            guard text.endIndex < rest.endIndex, inside[name.endIndex...].begins(with: "}") else {
                return pieces + [(String(rest), false)]
            }
            pieces += [(String(text), false), (String(name), true)]
            rest = inside[name.endIndex...].behind(1)
        }
    }

    /// The values that a variable can have; `nil` when they aren't listed.
    private static func values(of name: String, _ variables: DocumentValue?) -> [String]? {
        guard let variable = variables?[name], let items = variable["enum"]?.items, !items.isEmpty else { return nil }
        let values = items.compactMap(\.text)
        guard values.count == items.count else { return nil }
        // A default that isn't of the list is no valid one, but somebody takes it.
        let given = variable["default"]?.text
        return given.map { values.contains($0) ? values : [$0] + values } ?? values
    }
}
