/// The configuration that is in force, every key with its value, as YAML that loads again.
///
/// Secrets stand in it as where they come from, never as what they are.
public struct EffectiveConfiguration: CustomStringConvertible, Sendable {
    let configuration: GatewayConfiguration

    /// What is in force under a configuration.
    public init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
    }

    /// The YAML document.
    public var description: String {
        let sections = [
            listeners, upstreams, introspection, keys, documents, audit, server, limits, trustedProxies, requests,
            process,
            accessLog, tracing,
        ]
        return sections.flatMap { $0 }.joined(separator: "\n") + "\n"
    }

    private var listeners: [String] {
        ["listen:"] + configuration.listen.flatMap(Self.listener)
    }

    private var keys: [String] {
        let sources = configuration.keys.sources.map { source in
            switch source {
            case .bearer: "bearer"
            case .header(let name): "{header: \(name)}"
            }
        }
        let shape = configuration.keys.shape
        var lines = ["keys:", "  sources: [\(sources.list)]", "  forward: \(configuration.keys.forward)", "  shape:"]
        if !shape.prefixes.isEmpty {
            let prefixes = shape.prefixes.map { Self.quoted(String(decoding: $0, as: UTF8.self)) }
            lines.append("    prefixes: [\(prefixes.list)]")
        }
        lines += ["    min_length: \(shape.length.lowerBound)", "    max_length: \(shape.length.upperBound)"]
        if let checksum = shape.checksum { lines.append("    checksum: \(checksum.rawValue)") }
        return lines
    }

    private var documents: [String] {
        var lines: [String] = []
        switch configuration.routes {
        case .embedded: lines.append("# routes: built in")
        case .file(let path): lines.append("routes: \(Self.quoted(path))")
        }
        if let path = configuration.routesShadow { lines.append("routes_shadow: \(Self.quoted(path))") }
        var catalog: [String] = []
        switch configuration.catalog.source {
        case .embedded: lines.append("# catalog: built in")
        case .file(let path): catalog.append("  path: \(Self.quoted(path))")
        }
        if let path = configuration.catalog.serveAt { catalog.append("  serve_at: \(Self.quoted(path))") }
        return lines + (catalog.isEmpty ? [] : ["catalog:"] + catalog)
    }

    private var audit: [String] {
        let audit = configuration.audit
        var lines = ["audit:", "  path: \(Self.quoted(audit.path))"]
        if let secret = audit.fingerprintSecret { lines.append("  fingerprint_secret: \(Self.text(secret))") }
        if let secret = audit.signingKey { lines.append("  signing_key: \(Self.text(secret))") }
        if let instance = audit.instance { lines.append("  instance: \(Self.quoted(instance))") }
        lines += [
            "  durability: \(audit.durability.rawValue)",
            "  overflow: \(audit.overflow.rawValue)",
            "  capacity: \(audit.capacity)",
            "  allowed: \(audit.allowed.rawValue)",
            "  sample: \(audit.sample)",
            "  query: \(audit.query.rawValue)",
            "  rotate:",
            "    size: \(Self.limit(audit.rotate.size, ByteSize.text))",
            "    age: \(Self.limit(audit.rotate.age, \.configurationText))",
            "    compress: \(audit.rotate.compress)",
            "  keep:",
            "    count: \(Self.limit(audit.keep.count) { "\($0)" })",
            "    age: \(Self.limit(audit.keep.age, \.configurationText))",
            "    size: \(Self.limit(audit.keep.size, ByteSize.text))",
        ]
        if let syslog = audit.syslog {
            lines.append(
                "  syslog: {socket: \(Self.quoted(syslog.socket)), facility: \(syslog.facility.rawValue)}"
            )
        }
        return lines + ["  stdout: \(audit.stdout)"]
    }

    private static func limit<Value>(_ value: Value?, _ text: (Value) -> String) -> String {
        value.map(text) ?? "unlimited"
    }

    private var server: [String] {
        let threads =
            switch configuration.threads {
            case .automatic: "auto"
            case .fixed(let count): "\(count)"
            }
        var lines = ["admin:", "  address: \(Self.quoted("\(configuration.admin.address)"))"]
        if let token = configuration.admin.token { lines.append("  token: \(Self.text(token))") }
        lines.append("  connections: \(configuration.admin.connections)")
        return lines + ["threads: \(threads)"]
    }

    private var limits: [String] {
        let limits = configuration.limits
        return [
            "limits:",
            "  request_line: \(ByteSize.text(limits.requestLine))",
            "  header_fields: \(limits.headerFields)",
            "  header_bytes: \(ByteSize.text(limits.headerBytes))",
            "  body: \(limits.body.map { ByteSize.text($0) } ?? "unlimited")",
            "  connections: \(limits.connections)",
            "  connections_per_client: \(Self.limit(limits.connectionsPerClient) { "\($0)" })",
            "  connection_age: \(Self.limit(limits.connectionAge, \.configurationText))",
            "  head_timeout: \(limits.headTimeout.configurationText)",
            "  body_idle_timeout: \(limits.bodyIdleTimeout.configurationText)",
            "  keep_alive_timeout: \(limits.keepAliveTimeout.configurationText)",
            "  max_in_flight: \(limits.maxInFlight)",
            "  drain_body: \(ByteSize.text(limits.drainBody))",
            "  drain_time: \(limits.drainTime.configurationText)",
            "  drain_rate: \(ByteSize.text(limits.drainRate))",
            "  half_closed: \(limits.halfClosed.rawValue)",
            "  memory: \(ByteSize.text(limits.memory))",
            "  http2:",
            "    streams: \(limits.http2.streams)",
            "    window: \(limits.http2.window.configurationText)",
            "    resets: \(limits.http2.resets)",
            "    stream_errors: \(limits.http2.streamErrors)",
            "    control_frames: \(limits.http2.controlFrames)",
            "    empty_data_frames: \(limits.http2.emptyDataFrames)",
            "    continuation_frames: \(limits.http2.continuationFrames)",
        ]
    }

    private var trustedProxies: [String] {
        ["trusted_proxies: [\(Self.list(configuration.trustedProxies))]"]
    }

    private var requests: [String] {
        let headers = configuration.headers
        return [
            "headers:", "  drop: [\(Self.list(headers.drop))]", "  keep: [\(Self.list(headers.keep))]",
            configuration.hosts.map { "hosts: [\(Self.list($0))]" } ?? "# hosts: all",
        ]
    }

    static func list(_ items: [some CustomStringConvertible]) -> String {
        items.map { quoted("\($0)") }.list
    }

    private var process: [String] {
        [
            "log:", "  level: \(configuration.log.level.rawValue)", "  format: \(configuration.log.format.rawValue)",
            "shutdown:", "  lame_duck: \(configuration.shutdown.lameDuck.configurationText)",
            "  idle_grace: \(configuration.shutdown.idleGrace.configurationText)",
            "  grace_period: \(configuration.shutdown.gracePeriod.configurationText)",
            "reload:", "  watch: \(configuration.reload.watch)",
            "  timeout: \(configuration.reload.timeout.configurationText)",
            "  generation_header: \(configuration.reload.generationHeader)",
        ]
    }

    private var accessLog: [String] {
        guard let log = configuration.accessLog else { return ["# access_log: off"] }
        let path =
            switch log.destination {
            case .standardOutput: "stdout"
            case .file(let path): Self.quoted(path == "stdout" ? "./stdout" : path)
            }
        return [
            "access_log:", "  path: \(path)", "  format: \(log.format.rawValue)", "  sample: \(log.sample)",
            "  capacity: \(log.capacity)",
        ]
    }

    private var tracing: [String] {
        guard let tracing = configuration.tracing else { return ["# tracing: off"] }
        var lines = ["tracing:", "  url: '\(tracing.endpoint)'"]
        if let token = tracing.token { lines.append("  token: \(Self.text(token))") }
        return lines + [
            "  service_name: \(Self.quoted(tracing.serviceName))", "  sample: \(tracing.sample)",
            "  capacity: \(tracing.capacity)", "  batch: \(tracing.batch)",
            "  interval: \(tracing.interval.configurationText)", "  timeout: \(tracing.timeout.configurationText)",
        ] + tls(tracing.tls)
    }

    func tls(_ tls: TLSConfiguration) -> [String] { Self.tls(tls).map { "  " + $0 } }

    static func tls(_ tls: TLSConfiguration, serverName: String? = nil) -> [String] {
        let texts = [
            ("ca_file", tls.caFile), ("certificate_file", tls.certificateFile), ("key_file", tls.keyFile),
            ("server_name", serverName),
        ]
        let members = texts.compactMap { name, text in text.map { "\(name): \(quoted($0))" } }
        return members.isEmpty ? [] : ["tls: {\(members.list)}"]
    }

    static func text(_ secret: Secret) -> String {
        switch secret.origin {
        case .environment(let name): "{env: \(quoted(name))}"
        case .file(let path): "{file: \(quoted(path))}"
        }
    }

    static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "''"))'"
    }
}
