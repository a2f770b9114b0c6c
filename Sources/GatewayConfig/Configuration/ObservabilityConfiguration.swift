/// `access_log`: a line for each request, or for one in so many.
public struct AccessLogConfiguration: Equatable, Sendable {
    /// Where lines go.
    public enum Destination: Equatable, Sendable {
        /// Standard output.
        case standardOutput
        /// A file, which is appended to and opened anew by SIGHUP and reloads; its path from the working directory, or
        /// absolute.
        case file(String)
    }

    /// What lines look like.
    public enum Format: String, CaseIterable, Sendable {
        /// A JSON object.
        case json
        /// The combined log format of Apache httpd and nginx.
        case combined
    }

    /// Where lines go.
    public var destination = Destination.standardOutput
    /// What they look like.
    public var format = Format.json
    /// One request in this many is logged: 1…1,000,000.
    public var sample = 1
    /// How many lines may wait to be written; further ones are lost, and counted: 16…1,000,000.
    public var capacity = 16_384

    /// The defaults: JSON to standard output, every request.
    public init() {}
}

/// `tracing`: spans by the W3C Trace Context, exported by OTLP over HTTP.
public struct TracingConfiguration: Equatable, Sendable {
    /// Where spans are sent: a collector's `/v1/traces`.
    public var endpoint: HTTPEndpoint
    /// The token that the collector asks for, sent as `Authorization: Bearer …`; `nil` for none.
    public var token: Secret?
    /// The name of this service in traces.
    public var serviceName = "scopegate"
    /// One request in this many is traced: 1…1,000,000. A request that a trusted proxy sends with a trace of its own
    /// is traced when that says so.
    public var sample = 100
    /// How many spans may wait to be sent; further ones are lost, and counted: 16…1,000,000.
    public var capacity = 8192
    /// How many spans are sent at a time at most: 1…10,000.
    public var batch = 512
    /// How long a span waits for others at most: 10 ms…1 min.
    public var interval: Duration = .seconds(1)
    /// How long an export may take: 10 ms…1 min.
    public var timeout: Duration = .seconds(5)
    /// How the collector's certificate is checked, which it always is when the URL is https.
    public var tls = TLSConfiguration()

    /// Traces to a collector.
    public init(endpoint: HTTPEndpoint) {
        self.endpoint = endpoint
    }
}
