import SimpleHTTP
import StrictJSON

/// Answers of the admin listener.
enum AdminAnswer {
    /// What every answer says: it isn't kept, isn't what its bytes look like, and is for no other site, be it in a
    /// frame.
    private static let common: [(name: String, value: String)] = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
    ]

    static func bytes(_ status: Int, _ body: [UInt8], type: String) -> SimpleResponse {
        SimpleResponse(status: status, fields: [("Content-Type", type)] + common, body: body)
    }

    static func text(_ status: Int, _ body: String) -> SimpleResponse {
        bytes(status, Array(body.utf8), type: "text/plain; charset=utf-8")
    }

    static func json(_ status: Int, _ value: JSONOutput) -> SimpleResponse {
        bytes(status, value.bytes + [UInt8(ascii: "\n")], type: "application/json")
    }

    static func error(_ status: Int, code: String, message: String) -> SimpleResponse {
        json(status, .object([("error", .object([("code", .string(code)), ("message", .string(message))]))]))
    }

    /// A body that goes on for as long as the client listens.
    static func stream(type: String, _ begin: @escaping @Sendable (SimpleStream) -> Void) -> SimpleResponse {
        var response = bytes(200, [], type: type)
        response.stream = begin
        return response
    }
}
