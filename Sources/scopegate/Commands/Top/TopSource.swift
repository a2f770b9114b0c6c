import Gateway
import StrictJSON
import Top

/// Asks an admin listener for what `scopegate top` shows.
struct TopSource {
    let client: AdminClient

    /// Where the gateway's admin listener is.
    var address: String { client.address.description }

    /// The newest samples, the oldest first.
    func samples(limit: Int) async throws(AdminProblem) -> [JSONValue] {
        guard case .object(let answer) = try await client.json("/figures?limit=\(limit)"),
            case .array(let samples)? = answer["samples"]
        else { throw .unknownAnswer }
        return samples
    }

    /// Brings everything up to date.
    func refresh(_ state: inout TopState, denials: Int) async throws(AdminProblem) {
        // A few more than one, lest a late look misses some.
        let limit = state.samples.isEmpty ? TopState.keptSamples : 10
        guard state.takeFigures(try await client.json("/figures?limit=\(limit)")) else { throw .unknownAnswer }
        state.takeChecks(try await client.json("/readyz", also: 503))
        state.takeDenials(try await client.json("/audit?event=denied&limit=\(max(1, denials))"))
        state.takeOperations(try await client.json("/audit?event=reload,revocation&limit=1"))
        state.problem = nil
    }
}
