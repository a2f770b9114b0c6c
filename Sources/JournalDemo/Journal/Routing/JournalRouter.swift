import HTTP1

/// Finds the operation of a method and a path.
struct JournalRouter: Sendable {
    static let prefix = "/api/v1"

    private struct Template: Sendable {
        /// A literal, or nil for a parameter.
        var segments: [String?]
        var operations: [JournalOperation]

        func parameters(of path: ArraySlice<Substring>) -> [String]? {
            guard path.count == segments.count else { return nil }
            var parameters: [String] = []
            for (segment, given) in zip(segments, path) {
                if let segment {
                    guard segment == given else { return nil }
                } else {
                    guard !given.isEmpty else { return nil }
                    parameters.append(String(given))
                }
            }
            return parameters
        }

        var allow: String {
            let names = operations.map { "\($0.method.name ?? "")" }
            return (names.contains("GET") ? names + ["HEAD"] : names).sorted().joined(separator: ", ")
        }
    }

    /// By the first segment below the prefix, which is a literal in every template.
    private var templates: [Substring: [Template]] = [:]

    init(_ operations: [JournalOperation]) {
        for operation in operations {
            let parts = operation.template.dropFirst().split(separator: "/")
            let segments = parts.map { $0.hasPrefix("{") ? nil : String($0) }
            guard let first = parts.first else { continue }
            if let index = templates[first]?.firstIndex(where: { $0.segments == segments }) {
                templates[first]?[index].operations.append(operation)
            } else {
                templates[first, default: []].append(Template(segments: segments, operations: [operation]))
            }
        }
    }

    /// HEAD finds the operation of GET.
    ///
    /// - Throws: 404, 405 with Allow.
    func find(
        _ method: HTTP1.Method,
        _ path: [Substring]
    ) throws(JournalError) -> (operation: JournalOperation, parameters: [String]) {
        guard path.count > 2, path[0] == "api", path[1] == "v1" else { throw .noSuchPath }
        let wanted: HTTP1.Method = method == .head ? .get : method
        for template in templates[path[2]] ?? [] {
            guard let parameters = template.parameters(of: path[2...]) else { continue }
            guard let operation = template.operations.first(where: { $0.method == wanted }) else {
                throw .methodNotAllowed(allow: template.allow)
            }
            return (operation, parameters)
        }
        throw .noSuchPath
    }
}
