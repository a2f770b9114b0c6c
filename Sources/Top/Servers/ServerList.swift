import StrictJSON

/// The servers of a gateway's backends and how each of them fares, as its admin listener tells (`/upstreams`).
public struct ServerList: Equatable, Sendable {
    /// A server. Times are seconds since 1970.
    public struct Server: Equatable, Sendable {
        /// The backend that it belongs to: its prefix, or `default`.
        public var upstream: String
        /// Where it is.
        public var address: String
        /// How much it gets, in proportion to the others.
        public var weight: Int64
        /// `healthy`, `ejected`, `probation` or `unhealthy`.
        public var state: String
        /// What is held against it; nil for nothing.
        public var reason: String?
        /// Since when something is.
        public var since: Double?
        /// Until when it is ejected.
        public var until: Double?
        /// Requests that it has, or that wait for a connection to it.
        public var inFlight: Int64
        /// Requests sent to it.
        public var requests: Int64
        /// Requests that failed in a way that is the server's.
        public var failures: Int64
        /// Connections to it.
        public var connections: Int64
        /// Those of them that are idle.
        public var idle: Int64
        /// What the last check found wrong.
        public var checkProblem: String?

        /// Whether nothing is held against it.
        public var isWell: Bool { state == "healthy" }
    }

    /// The gateway's time.
    public var time: Double
    /// All servers, backend by backend.
    public var servers: [Server]

    /// Reads an answer; nil when a member is missing or of another type.
    public init?(_ value: JSONValue) {
        guard let answer = JSONFields(value), let time = answer.optionalReal("time"),
            let upstreams = answer.list("upstreams")
        else { return nil }
        self.time = time
        servers = []
        for upstream in upstreams {
            guard let upstream = JSONFields(upstream), let name = upstream.text("name"),
                let list = upstream.list("servers")
            else { return nil }
            for server in list {
                guard let server = Server(server, of: name) else { return nil }
                servers.append(server)
            }
        }
    }
}

extension ServerList.Server {
    init?(_ value: JSONValue, of upstream: String) {
        guard let fields = JSONFields(value), let address = fields.text("address"), let state = fields.text("state")
        else { return nil }
        self.upstream = upstream
        self.address = address
        self.state = state
        reason = fields.text("reason")
        since = fields.optionalReal("since")
        until = fields.optionalReal("until")
        checkProblem = fields.object("check")?.text("problem")
        do throws(JSONFields.Missing) {
            weight = try fields.whole("weight")
            inFlight = try fields.whole("in_flight")
            requests = try fields.whole("requests_total")
            failures = try fields.whole("failures_total")
            connections = try fields.whole("connections")
            idle = try fields.whole("idle")
        } catch {
            return nil
        }
    }
}
