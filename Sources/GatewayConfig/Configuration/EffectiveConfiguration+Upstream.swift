extension EffectiveConfiguration {
    var upstreams: [String] {
        var lines = ["upstream:"] + Self.upstream(configuration.upstream).map { "  " + $0 }
        guard !configuration.upstreams.isEmpty else { return lines }
        lines.append("upstreams:")
        for item in configuration.upstreams {
            lines.append("  - prefix: \(Self.quoted(item.prefix.description))")
            lines += Self.upstream(item.upstream).map { "    " + $0 }
        }
        return lines
    }

    private static func upstream(_ upstream: UpstreamConfiguration) -> [String] {
        servers(upstream.servers) + [
            "host: \(upstream.host.rawValue)",
            "bodies: \(upstream.bodies.rawValue)",
            "connect_timeout: \(upstream.connectTimeout.configurationText)",
            "first_byte_timeout: \(upstream.firstByteTimeout.configurationText)",
            "idle_timeout: \(upstream.idleTimeout.configurationText)",
            "dns_refresh: \(upstream.dnsRefresh.configurationText)",
        ] + tls(upstream.tls, serverName: upstream.serverName) + [
            "pool:",
            "  max_connections: \(upstream.pool.maxConnections)",
            "  max_idle: \(upstream.pool.maxIdle)",
            "  idle_timeout: \(upstream.pool.idleTimeout.configurationText)",
            "  max_age: \(upstream.pool.maxAge.configurationText)",
        ] + (upstream.healthCheck.map(healthCheck) ?? ["# health_check: off"]) + [
            "ejection:",
            "  failures: \(upstream.ejection.failures)",
            "  back_off: \(upstream.ejection.backOff.configurationText)",
            "  max_back_off: \(upstream.ejection.maxBackOff.configurationText)",
            "  statuses: [\(upstream.ejection.statuses.map(String.init).list)]",
            "retry:",
            "  attempts: \(upstream.retry.attempts)",
            "  budget: \(upstream.retry.budget)",
            "  timeouts: \(upstream.retry.timeouts)",
        ]
    }

    private static func servers(_ servers: [UpstreamServer]) -> [String] {
        if servers.count == 1, let only = servers.first, only.weight == 1, only.serverName == nil {
            return ["url: \(quoted("\(only.location)"))"]
        }
        return ["servers:"]
            + servers.map { server in
                let name = server.serverName.map { ", server_name: \(quoted($0))" } ?? ""
                return "  - {url: \(quoted("\(server.location)")), weight: \(server.weight)\(name)}"
            }
    }

    private static func healthCheck(_ check: HealthCheckConfiguration) -> [String] {
        [
            "health_check:",
            "  path: \(quoted(check.path))",
            "  interval: \(check.interval.configurationText)",
            "  timeout: \(check.timeout.configurationText)",
            "  healthy_after: \(check.healthyAfter)",
            "  unhealthy_after: \(check.unhealthyAfter)",
        ] + (check.statuses.isEmpty ? [] : ["  statuses: [\(check.statuses.map(String.init).list)]"])
    }
}
