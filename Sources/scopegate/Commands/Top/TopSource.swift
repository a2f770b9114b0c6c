import Gateway
import StrictJSON
import Top

/// Asks an admin listener for what `scopegate top` shows.
struct TopSource {
    /// Why there is no answer, and what to do.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    let client: AdminClient

    /// Where the gateway's admin listener is.
    var address: String { client.address.description }

    /// The newest samples, the oldest first.
    func samples(limit: Int) async throws(Problem) -> [JSONValue] {
        guard case .object(let answer) = try await get("/figures?limit=\(limit)"),
            case .array(let samples)? = answer["samples"]
        else { throw Self.unknownAnswer }
        return samples
    }

    /// Brings everything up to date.
    func refresh(_ state: inout TopState, denials: Int) async throws(Problem) {
        // A few more than one, lest a late look misses some.
        let limit = state.samples.isEmpty ? TopState.keptSamples : 10
        guard state.takeFigures(try await get("/figures?limit=\(limit)")) else { throw Self.unknownAnswer }
        state.takeChecks(try await get("/readyz", also: 503))
        state.takeDenials(try await get("/audit?event=denied&limit=\(max(1, denials))"))
        state.takeOperations(try await get("/audit?event=reload,revocation&limit=1"))
        state.problem = nil
    }

    private static let unknownAnswer = Problem(
        description: "what answers there is no scopegate of this version; is admin.address right?"
    )

    private func get(_ path: String, also accepted: Int = 200) async throws(Problem) -> JSONValue {
        let answer: AdminClient.Answer
        do {
            answer = try await client.get(path)
        } catch {
            throw Problem(description: "\(error)")
        }
        switch answer.status {
        case 200, accepted: break
        case 401:
            throw Problem(
                description: "the gateway asks for its admin token: --config has to name a configuration with it"
            )
        default:
            let text = String(decoding: answer.body.prefix(500), as: UTF8.self)
            throw Problem(description: "the gateway answered \(answer.status): \(text)")
        }
        guard let value = try? JSONValue(parsing: answer.body.span) else { throw Self.unknownAnswer }
        return value
    }
}
