/// `admin`: the operators' listener.
public struct AdminConfiguration: Equatable, Sendable {
    /// The address; port 0 takes any free port.
    public var address: AdminAddress
    /// What operators show as `Authorization: Bearer …`, at least 16 bytes. `nil` for nothing, which only an address
    /// that nobody but this machine reaches may have.
    public var token: Secret?
    /// The most connections at a time, for which descriptors are set aside: 4…4096. When there are as many, the one
    /// that has been without a request for the longest time is closed for a new one.
    public var connections: Int

    /// An operators' listener.
    public init(
        address: AdminAddress = .socket(SocketAddressText(host: "127.0.0.1", port: 9901)),
        token: Secret? = nil,
        connections: Int = 64
    ) {
        self.address = address
        self.token = token
        self.connections = connections
    }
}

/// `limits`: bounds on what clients can ask for.
public struct LimitsConfiguration: Equatable, Sendable {
    /// The meaning of a client's end of its side of the connection, behind a whole request.
    public enum HalfClosed: String, CaseIterable, Sendable {
        /// It waits for its response.
        case serve
        /// It has gone.
        case close
    }

    /// The longest request line, in bytes, without its CRLF: 512 B…64 KiB.
    public var requestLine = 8 << 10
    /// The most header fields of a request: 8…1000.
    public var headerFields = 100
    /// The most bytes of all header fields of a request together: 1 KiB…256 KiB.
    public var headerBytes = 32 << 10
    /// The longest request body in bytes; `nil` for unlimited.
    public var body: Int?
    /// The most client connections at a time: 1…1,000,000. When there are as many, the one that has been without a
    /// request for the longest time is closed for a new one.
    public var connections = 10_000
    /// The most connections at a time of a client's address, or of its /64 of IPv6: 1…1,000,000; `nil` for unlimited,
    /// the default.
    public var connectionsPerClient: Int?
    /// How old a client's connection may become before it ends with a response, give or take a tenth: 1 s…7 d; `nil`
    /// for unlimited, the default.
    public var connectionAge: Duration?
    /// How long a request head may take from its first byte: 10 ms…10 min.
    public var headTimeout: Duration = .seconds(10)
    /// How long may pass between two pieces of a request body: 10 ms…1 h.
    public var bodyIdleTimeout: Duration = .seconds(30)
    /// How long a connection may wait for its next request: 10 ms…1 h.
    public var keepAliveTimeout: Duration = .seconds(75)
    /// The most requests at a time; more are answered 503: 1…1,000,000.
    public var maxInFlight = 10_000
    /// How much of a refused request's body is read so that the connection can be kept, in bytes: 0…16 MiB.
    public var drainBody = 64 << 10
    /// How long the rest of a body is read that was refused or answered early, so that a client that is still sending
    /// gets its response: 0…10 min.
    public var drainTime: Duration = .seconds(30)
    /// How much of such bodies is read in a second, on all connections together, in bytes: 64 KiB…16 GiB.
    public var drainRate = 64 << 20
    /// What it means that a client ends its side.
    public var halfClosed = HalfClosed.serve
    /// The most memory that connections hold together, in bytes, for unfinished heads, bodies under way, requests that
    /// wait for their turn, and responses that clients don't take: 1 MiB…1 TiB.
    public var memory = 256 << 20
    /// What a connection of HTTP/2 may ask for besides.
    public var http2 = HTTP2LimitsConfiguration()

    /// The default limits.
    public init() {}
}

/// `limits.http2`: bounds on what one connection of HTTP/2 can ask for. Past the first a stream is refused, past the
/// others the connection ends.
public struct HTTP2LimitsConfiguration: Equatable, Sendable {
    /// The most streams at a time (RFC 9113 §5.1.2): 1…10,000.
    public var streams = 100
    /// The time within which resets, errors and control frames are counted: 1 s…1 h.
    public var window: Duration = .seconds(30)
    /// The most streams that the client may reset within ``window`` (CVE-2023-44487): 1…100,000.
    public var resets = 200
    /// The most errors on streams within ``window``: 1…100,000.
    public var streamErrors = 200
    /// The most PING, SETTINGS and PRIORITY frames within ``window`` (CVE-2019-9512, CVE-2019-9515): 10…100,000.
    public var controlFrames = 1000
    /// The most DATA frames in a row that are empty (CVE-2019-9518): 0…10,000.
    public var emptyDataFrames = 10
    /// The most CONTINUATION frames of a header section (CVE-2024-27316 and its like): 1…100.
    public var continuationFrames = 8

    /// The default limits.
    public init() {}
}

/// `log`: the gateway's own log, on standard error.
public struct LogConfiguration: Equatable, Sendable {
    /// How much is logged, named as swift-log names its levels.
    public enum Level: String, CaseIterable, Sendable {
        /// Everything.
        case trace
        /// What helps to find faults.
        case debug
        /// What is worth knowing.
        case info
        /// What is worth noticing.
        case notice
        /// What may become a fault.
        case warning
        /// Faults.
        case error
        /// Faults that stop the gateway.
        case critical
    }

    /// How lines are written.
    public enum Format: String, CaseIterable, Sendable {
        /// One JSON object a line.
        case json
        /// `name=value` pairs.
        case logfmt
        /// Time, level and message, for people.
        case pretty
    }

    /// The lowest level that is logged.
    public var level: Level
    /// How lines are written.
    public var format: Format

    /// A log.
    public init(level: Level = .info, format: Format = .json) {
        self.level = level
        self.format = format
    }
}

/// `shutdown`: how the gateway stops.
public struct ShutdownConfiguration: Equatable, Sendable {
    /// How long requests in flight may take to finish: 0 s…1 h.
    public var gracePeriod: Duration
    /// How long it goes on as before, but for saying that it isn't ready: 0 s…1 h. It comes before the grace period.
    public var lameDuck: Duration
    /// How long a kept connection without a request waits for one more, whose response then tells the client that the
    /// connection ends: 0 s…1 h, and never longer than the grace period.
    public var idleGrace: Duration

    /// A way to stop.
    public init(
        gracePeriod: Duration = .seconds(30),
        lameDuck: Duration = .zero,
        idleGrace: Duration = .seconds(1)
    ) {
        self.gracePeriod = gracePeriod
        self.lameDuck = lameDuck
        self.idleGrace = idleGrace
    }
}
