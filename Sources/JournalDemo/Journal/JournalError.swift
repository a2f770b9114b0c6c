import SimpleHTTP

/// A refusal of the journal.
struct JournalError: Error {
    var status: Int
    var code: String
    var message: String
    var details: JSONValue?
    var fields: [(name: String, value: String)] = []

    var response: SimpleResponse {
        .error(status, code: code, message: message, details: details, fields: fields)
    }

    static func notFound(_ kind: ResourceKind, id: String) -> JournalError {
        JournalError(
            status: 404,
            code: "not_found",
            message: "There is no \(kind.noun) of this id.",
            details: ["resource": .string(kind.noun), "id": .string(id)]
        )
    }

    static let noSuchPath = JournalError(status: 404, code: "not_found", message: "There is nothing at this path.")

    static func methodNotAllowed(allow: String) -> JournalError {
        JournalError(
            status: 405,
            code: "method_not_allowed",
            message: "This path takes \(allow).",
            fields: [("Allow", allow)]
        )
    }

    static let invalidJSON = JournalError(
        status: 400,
        code: "invalid_json",
        message: "The body is not a JSON object."
    )

    static func unsupportedMediaType(_ expected: String) -> JournalError {
        JournalError(status: 415, code: "unsupported_media_type", message: "The body must be \(expected).")
    }

    static func invalidParameter(_ name: String, _ problem: String) -> JournalError {
        JournalError(
            status: 400,
            code: "invalid_parameter",
            message: "The query parameter \(name) \(problem).",
            details: ["parameter": .string(name)]
        )
    }

    static func invalid(_ problems: [FieldProblem]) -> JournalError {
        JournalError(
            status: 422,
            code: "validation_failed",
            message: "Some members of the body can't be accepted.",
            details: ["fields": .array(problems.map(\.json))]
        )
    }

    static func invalid(_ path: String, _ problem: String) -> JournalError {
        invalid([FieldProblem(path: path, problem: problem)])
    }
}
