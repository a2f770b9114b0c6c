import Balancing
import CurlTransport
import GatewayConfig
import Logging
import NIOCore

/// A backend as a snapshot has it: immutable, but for what is known of its servers.
final class Upstream: Sendable {
    /// A server.
    struct Server: Sendable {
        let target: UpstreamTarget
        let weight: Int
        let state: UpstreamServerState
    }

    /// The backend of all paths that no other one has.
    static let defaultName = "default"

    /// Its prefix, or ``defaultName``.
    let name: String
    let servers: [Server]
    /// The Host that it gets, or nil for the client's.
    let host: [UInt8]?
    /// The Host of its first server, which it gets where the client has none.
    let ownHost: [UInt8]
    /// Whether its servers can be taken to read the bodies that they answer with a success.
    let readsBodies: Bool
    let timeouts: UpstreamTimeouts
    let poolLimits: ConnectionPool.Limits
    let retry: RetryConfiguration
    let healthCheck: HealthCheckConfiguration?
    private let ejection: EjectionConfiguration

    /// - Parameter previous: The backend of the same name that this takes the place of: what is known of servers that
    ///   stay is carried over.
    init(_ name: String, _ configuration: UpstreamConfiguration, succeeding previous: Upstream?, logger: Logger) {
        self.name = name
        ejection = configuration.ejection
        healthCheck = configuration.healthCheck
        retry = configuration.retry
        readsBodies = configuration.bodies == .trusted
        timeouts = UpstreamTimeouts(configuration)
        poolLimits = ConnectionPool.Limits(configuration.pool)
        ownHost = configuration.servers.first.map { Array($0.endpoint.authority.utf8) } ?? []
        host = configuration.host == .upstream ? ownHost : nil
        let isJudgedAlike =
            previous?.ejection == configuration.ejection && previous?.healthCheck == configuration.healthCheck
        servers = configuration.servers.map { server in
            let target = UpstreamTarget(server, of: configuration)
            let known = isJudgedAlike ? previous?.servers.first { $0.state.name == "\(server.location)" } : nil
            return Server(
                target: target,
                weight: server.weight,
                state: known?.state
                    ?? UpstreamServerState(
                        upstream: name,
                        name: "\(server.location)",
                        health: ServerHealth(configuration),
                        logger: logger
                    )
            )
        }
    }

    /// Whether a response with this status counts against the server; one from 600 on as a 5xx does (RFC 9110 §15).
    func isFailure(_ status: Int) -> Bool {
        guard status < 600 else { return ejection.statuses.contains { $0 >= 500 } }
        return status >= 400 && ejection.statuses.contains(status)
    }

    /// Whether connections that were made for another backend can go on for those servers of this one that have the
    /// same target, which names whom they are believed by.
    func keepsConnections(of other: Upstream) -> Bool { name == other.name }
}

/// How long a backend may take.
struct UpstreamTimeouts: Sendable {
    /// To make a connection.
    let connect: TimeAmount
    /// From the end of the request to the end of the response's head.
    let firstByte: TimeAmount
    /// Between two pieces of the response's body.
    let idle: TimeAmount
}

extension UpstreamTimeouts {
    init(_ configuration: UpstreamConfiguration) {
        connect = .init(configuration.connectTimeout)
        firstByte = .init(configuration.firstByteTimeout)
        idle = .init(configuration.idleTimeout)
    }
}

extension ServerHealth {
    init(_ configuration: UpstreamConfiguration) {
        let ejection = configuration.ejection
        let check = configuration.healthCheck
        self.init(
            ejection: Ejection(
                failures: ejection.failures,
                backOff: UInt64(clamping: ejection.backOff.nanoseconds),
                maximumBackOff: UInt64(clamping: ejection.maxBackOff.nanoseconds)
            ),
            checks: check.map { Checks(healthyAfter: $0.healthyAfter, unhealthyAfter: $0.unhealthyAfter) } ?? Checks()
        )
    }
}

extension UpstreamTarget {
    init(_ server: UpstreamServer, of configuration: UpstreamConfiguration) {
        let endpoint = server.endpoint
        var unixSocket: String?
        if case .unix(let path) = server.location { unixSocket = path }
        self.init(
            host: endpoint.host,
            port: UInt16(clamping: endpoint.port),
            tls: endpoint.scheme == .https
                ? TLS(trust: configuration.tls.trust, serverName: server.serverName ?? configuration.serverName) : nil,
            unixSocket: unixSocket,
            connectTimeoutMilliseconds: Int(configuration.connectTimeout.nanoseconds / 1_000_000),
            addressSeconds: Int(configuration.dnsRefresh.nanoseconds / 1_000_000_000)
        )
    }
}

extension ConnectionPool.Limits {
    init(_ configuration: PoolConfiguration) {
        self.init(
            maximumConnections: configuration.maxConnections,
            maximumIdle: configuration.maxIdle,
            idleTimeout: .init(configuration.idleTimeout),
            maximumAge: .init(configuration.maxAge)
        )
    }
}
