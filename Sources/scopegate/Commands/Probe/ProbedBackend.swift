import ArgumentParser
import Gateway
import GatewayConfig

/// The backend that is probed, and what the configuration says of it.
struct ProbedBackend {
    let server: UpstreamServer
    let upstream: UpstreamConfiguration
    /// Its place among the configuration's backends; `nil` when the routes of all count.
    let place: Int?

    init(
        url: String?,
        prefix: String?,
        _ configuration: GatewayConfiguration?,
        _ access: ProbeAccessOptions
    ) throws {
        var known = configuration?.upstream
        var place = configuration.map { _ in 0 }
        if let prefix {
            let all = configuration?.upstreams ?? []
            guard let index = all.firstIndex(where: { $0.prefix.description == prefix }) else {
                let names = all.map(\.prefix.description).joined(separator: ", ")
                let known = names.isEmpty ? "" : "; there is \(names)"
                throw ValidationError("--upstream: there is no backend of \(prefix) in upstreams\(known)")
            }
            (known, place) = (all[index].upstream, index + 1)
        }
        if let url {
            let location = try Self.location(url)
            // A server that the configuration knows has its routes; another one may stand for any of its backends.
            if prefix == nil {
                let all = configuration?.allUpstreams ?? []
                place = all.firstIndex { $0.servers.contains { $0.location == location } }
                if let place { known = all[place] }
            }
            server = known?.servers.first { $0.location == location } ?? UpstreamServer(location)
        } else if let first = known?.servers.first {
            server = first
        } else {
            throw ValidationError("name the backend: scopegate probe http://127.0.0.1:9001, or --config")
        }
        self.place = place
        var upstream = known ?? UpstreamConfiguration(servers: [server])
        if let file = access.caFile ?? upstream.tls.caFile {
            do {
                upstream.tls.contents.authorities = try SystemFiles().read(file, limit: 16 << 20)
            } catch {
                throw ValidationError("the authorities in \(file) can't be read: \(error)")
            }
        }
        self.upstream = upstream
    }

    private static func location(_ text: String) throws -> UpstreamServer.Location {
        if text.hasPrefix("unix:") { return .unix(String(text.dropFirst("unix:".count))) }
        do {
            let endpoint = try HTTPEndpoint(parsing: text)
            guard endpoint.target == "/" else {
                throw ValidationError("the URL names a server only; name the path with --path \(endpoint.target)")
            }
            return .url(endpoint)
        } catch let error as ValueProblem {
            throw ValidationError("\(error.message)" + (error.help.map { "; \($0)" } ?? ""))
        }
    }
}
