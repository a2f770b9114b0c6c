import Introspection
import StrictJSON

extension EffectiveConfiguration {
    var introspection: [String] {
        let introspection = configuration.introspection
        return ["introspection:"] + endpoints + client + [
            "  timeout: \(introspection.timeout.configurationText)",
            "  connect_timeout: \(introspection.connectTimeout.configurationText)",
        ] + request + answer + [
            "  max_concurrent: \(introspection.maxConcurrent)",
            "  max_waiters: \(introspection.maxWaiters)",
            "  breaker:",
            "    failures: \(introspection.breaker.failures)",
            "    back_off: \(introspection.breaker.backOff.configurationText)",
            "    max_back_off: \(introspection.breaker.maxBackOff.configurationText)",
        ] + tls(introspection.tls) + [
            "  cache:",
            "    capacity: \(introspection.cache.capacity)",
            "    ttl: \(introspection.cache.timeToLive.configurationText)",
            "    ttl_jitter: \(introspection.cache.timeToLiveJitter)",
            "    refresh_ahead: \(introspection.cache.refreshAhead)",
            "    negative_ttl: \(introspection.cache.negativeTimeToLive.configurationText)",
            "    negative_capacity: \(introspection.cache.negativeCapacity)",
            "    stale_if_error: \(introspection.cache.staleIfError.configurationText)",
        ]
    }

    private var endpoints: [String] {
        let endpoints = configuration.introspection.endpoints
        guard endpoints.count != 1 else { return ["  url: '\(endpoints[0])'"] }
        return ["  urls: [\(endpoints.map { "'\($0)'" }.list)]"]
    }

    private var client: [String] {
        switch configuration.introspection.client {
        case .none: []
        case .basic(let id, let secret): ["  client: {id: \(Self.quoted(id)), secret: \(Self.text(secret))}"]
        case .bearer(let token): ["  client: {bearer: \(Self.text(token))}"]
        case .header(let name, let value): ["  client: {header: \(name), value: \(Self.text(value))}"]
        }
    }

    private var request: [String] {
        let request = configuration.introspection.request
        let key =
            switch request.keyPlace {
            case .form(let field): "{form: \(Self.quoted(field))}"
            case .json(let member): "{json: \(Self.quoted(member))}"
            case .header(let name): "{header: \(name)}"
            case .bearer: "bearer"
            }
        return ["  request: {method: \(request.method.rawValue), key: \(key)}"]
    }

    /// Nothing for RFC 7662's own, which is more than can be written.
    private var answer: [String] {
        let answer = configuration.introspection.answer
        guard answer != .rfc7662 else { return ["  # answer: as RFC 7662 has it"] }
        let active =
            switch answer.active {
            case .status: "status"
            case .member(let pointer): Self.quoted("\(pointer)")
            }
        let places: [(String, JSONPointer?)] = [
            ("scopes", answer.scopes.first), ("expires_at", answer.expiresAt), ("not_before", answer.notBefore),
            ("key_id", answer.keyID.first), ("subject", answer.subject),
        ]
        return ["  answer:", "    active: \(active)"]
            + places.compactMap { name, pointer in pointer.map { "    \(name): \(Self.quoted("\($0)"))" } }
            + ["    inactive_statuses: [\(answer.inactiveStatuses.sorted().map { "\($0)" }.list)]"]
    }
}
