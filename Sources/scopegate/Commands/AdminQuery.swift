import Gateway
import StrictJSON

/// Why an admin listener has no answer for a command, and what to do.
struct AdminProblem: Error, CustomStringConvertible {
    let description: String

    /// What answers is no gateway, or one of another version.
    static let unknownAnswer = AdminProblem(
        description: "what answers there is no scopegate of this version; is admin.address right?"
    )

    /// The gateway doesn't take the token, or there is none.
    static let noToken = AdminProblem(
        description: "the gateway asks for its admin token, and this one isn't it or there is none: give it by "
            + "--token-file, SCOPEGATE_ADMIN_TOKEN, or a configuration that has it"
    )
}

extension AdminClient {
    /// Sends `GET path`, and reads the answer as JSON.
    ///
    /// - Parameter accepted: A status that is an answer beside 200.
    func json(_ path: String, also accepted: Int = 200) async throws(AdminProblem) -> JSONValue {
        let answer: AdminClient.Answer
        do {
            answer = try await get(path)
        } catch {
            throw AdminProblem(description: "\(error)")
        }
        switch answer.status {
        case 200, accepted: break
        case 401: throw .noToken
        default:
            let text = String(decoding: answer.body.prefix(500), as: UTF8.self)
            throw AdminProblem(description: "the gateway answered \(answer.status): \(text)")
        }
        guard let value = try? JSONValue(parsing: answer.body.span) else { throw .unknownAnswer }
        return value
    }
}
