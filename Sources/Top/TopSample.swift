import StrictJSON

/// What a gateway did in a second, as its admin listener tells (`/figures`).
public struct TopSample: Equatable, Sendable {
    /// Three quantiles, in milliseconds; nil in a second without requests.
    public struct Quantiles: Equatable, Sendable {
        /// Half of all took no longer.
        public var p50: Double?
        /// 90 of 100 took no longer.
        public var p90: Double?
        /// 99 of 100 took no longer.
        public var p99: Double?
    }

    /// Something that happens, in total and in this second.
    public struct Count: Equatable, Sendable {
        /// Since the gateway started.
        public var total: Int64
        /// In this second.
        public var perSecond: Double
    }

    /// Seconds since 1970.
    public var time: Double
    /// All requests.
    public var requests: Count
    /// Those that were refused by a decision about the key or the route.
    public var denied: Count
    /// Those that were answered without a decision.
    public var undecided: Count
    /// Those that were answered with a status of 500 or more.
    public var failed: Count
    /// How long requests took.
    public var latency: Quantiles
    /// How long the backend took to the first byte of its answer.
    public var firstByte: Quantiles
    /// Requests under way.
    public var inFlight: Int64
    /// Clients' connections.
    public var connections: Int64
    /// Connections to the backend.
    public var upstreamConnections: Int64
    /// Those of them that are idle.
    public var upstreamIdle: Int64
    /// Requests that wait for one.
    public var upstreamWaiting: Int64
    /// Good keys that are known.
    public var cacheEntries: Int64
    /// Bad keys that are known.
    public var negativeEntries: Int64
    /// The share of look-ups that needed no call, from 0 to 1; nil without look-ups.
    public var hitRate: Double?
    /// The state of the breaker: `closed`, `open`, `half_open` or `recovering`.
    public var breaker: String
    /// Calls of the introspection endpoint.
    public var calls: Count
    /// Those that failed.
    public var callFailures: Count
    /// Calls under way.
    public var callsRunning: Int64
    /// Requests that wait for a call.
    public var callsWaiting: Int64
    /// Audit records written.
    public var auditRecords: Int64
    /// Audit records that wait.
    public var auditWaiting: Int64
    /// The share of one processor, in percent.
    public var processorPercent: Double
    /// Resident memory, in bytes.
    public var memoryBytes: Int64
    /// The generation of the route map.
    public var generation: Int64

    /// Reads a sample; nil when a member is missing or of another type.
    public init?(_ value: JSONValue) {
        guard let sample = JSONFields(value), let requests = sample.object("requests"),
            let upstream = sample.object("upstream"), let cache = sample.object("cache"),
            let introspection = sample.object("introspection"), let audit = sample.object("audit"),
            let process = sample.object("process"), let latency = sample.object("latency_ms"),
            let firstByte = sample.object("first_byte_ms")
        else { return nil }
        do throws(JSONFields.Missing) {
            time = try sample.real("time")
            self.requests = Count(total: try requests.whole("total"), perSecond: try requests.real("per_second"))
            denied = try Self.count("denied", requests)
            undecided = try Self.count("undecided", requests)
            failed = try Self.count("failed", requests)
            self.latency = Self.quantiles(latency)
            self.firstByte = Self.quantiles(firstByte)
            inFlight = try sample.whole("in_flight")
            connections = try sample.whole("connections")
            upstreamConnections = try upstream.whole("connections")
            upstreamIdle = try upstream.whole("idle")
            upstreamWaiting = try upstream.whole("waiting")
            cacheEntries = try cache.whole("entries")
            negativeEntries = try cache.whole("negative_entries")
            hitRate = cache.optionalReal("hit_rate")
            breaker = introspection.text("breaker") ?? "?"
            calls = try Self.count("calls", introspection)
            callFailures = try Self.count("failures", introspection)
            callsRunning = try introspection.whole("running")
            callsWaiting = try introspection.whole("waiting")
            auditRecords = try audit.whole("records_total")
            auditWaiting = try audit.whole("waiting")
            processorPercent = try process.real("cpu_percent")
            memoryBytes = try process.whole("memory_bytes")
            generation = try sample.whole("generation")
        } catch {
            return nil
        }
    }

    private static func count(_ name: String, _ object: JSONFields) throws(JSONFields.Missing) -> Count {
        Count(total: try object.whole("\(name)_total"), perSecond: try object.real("\(name)_per_second"))
    }

    private static func quantiles(_ object: JSONFields) -> Quantiles {
        Quantiles(
            p50: object.optionalReal("p50"),
            p90: object.optionalReal("p90"),
            p99: object.optionalReal("p99")
        )
    }
}
