/// The keys of `scopegate.yaml`; `config/schema/scopegate.schema.json` has the same ones.
enum ConfigurationKeys {
    enum Root: String, SectionKey {
        case listen, upstream, upstreams, introspection, keys, routes, catalog, audit, admin, threads, limits, log,
            shutdown,
            reload
        case routesShadow = "routes_shadow"
        case trustedProxies = "trusted_proxies"
        case accessLog = "access_log"
        case tracing, headers, hosts
    }

    enum Headers: String, SectionKey { case drop, keep }

    enum Listen: String, SectionKey {
        case address, mode, protocols, tls, hosts
        case reusePort = "reuse_port"
        case proxyProtocol = "proxy_protocol"
    }

    enum ProxyProtocol: String, SectionKey { case trusted }

    enum ListenTLS: String, SectionKey {
        case certificates
        case minVersion = "min_version"
        case clientCertificates = "client_certificates"
        case clientCAFile = "client_ca_file"
        case forwardClientCertificate = "forward_client_certificate"
        case handshakeTimeout = "handshake_timeout"
    }

    enum Certificate: String, SectionKey {
        case certificateFile = "certificate_file"
        case keyFile = "key_file"
    }

    enum Upstream: String, SectionKey {
        case url, servers, host, bodies, tls, pool, ejection, retry
        case connectTimeout = "connect_timeout"
        case firstByteTimeout = "first_byte_timeout"
        case idleTimeout = "idle_timeout"
        case dnsRefresh = "dns_refresh"
        case healthCheck = "health_check"
        /// Of `upstreams` only.
        case prefix
    }

    enum UpstreamServer: String, SectionKey {
        case url, weight
        case serverName = "server_name"
    }

    enum UpstreamTLS: String, SectionKey {
        case caFile = "ca_file"
        case certificateFile = "certificate_file"
        case keyFile = "key_file"
        case serverName = "server_name"
    }

    enum HealthCheck: String, SectionKey {
        case path, interval, timeout, statuses
        case healthyAfter = "healthy_after"
        case unhealthyAfter = "unhealthy_after"
    }

    enum Ejection: String, SectionKey {
        case failures, statuses
        case backOff = "back_off"
        case maxBackOff = "max_back_off"
    }

    enum Retry: String, SectionKey { case attempts, budget, timeouts }

    enum TLS: String, SectionKey {
        case caFile = "ca_file"
        case certificateFile = "certificate_file"
        case keyFile = "key_file"
    }

    enum Pool: String, SectionKey {
        case maxConnections = "max_connections"
        case maxIdle = "max_idle"
        case idleTimeout = "idle_timeout"
        case maxAge = "max_age"
    }

    enum Introspection: String, SectionKey {
        case url, urls, client, timeout, request, answer, breaker, cache, tls
        case connectTimeout = "connect_timeout"
        case maxConcurrent = "max_concurrent"
        case maxWaiters = "max_waiters"
    }

    enum Client: String, SectionKey { case id, secret, bearer, header, value }

    enum Request: String, SectionKey { case method, key }

    enum KeyPlace: String, SectionKey { case form, json, header }

    enum Answer: String, SectionKey {
        case active, scopes, subject
        case expiresAt = "expires_at"
        case notBefore = "not_before"
        case keyID = "key_id"
        case inactiveStatuses = "inactive_statuses"
    }

    enum Breaker: String, SectionKey {
        case failures
        case backOff = "back_off"
        case maxBackOff = "max_back_off"
    }

    enum Cache: String, SectionKey {
        case capacity
        case timeToLive = "ttl"
        case negativeTimeToLive = "negative_ttl"
        case negativeCapacity = "negative_capacity"
        case timeToLiveJitter = "ttl_jitter"
        case refreshAhead = "refresh_ahead"
        case staleIfError = "stale_if_error"
    }

    enum Secret: String, SectionKey { case env, file }

    enum Keys: String, SectionKey { case sources, forward, shape }

    enum Shape: String, SectionKey {
        case prefixes, checksum
        case minLength = "min_length"
        case maxLength = "max_length"
    }

    enum Source: String, SectionKey { case header }

    enum Catalog: String, SectionKey {
        case path
        case serveAt = "serve_at"
    }

    enum Audit: String, SectionKey {
        case path, instance, durability, overflow, capacity, allowed, sample, query, rotate, keep, syslog, stdout
        case fingerprintSecret = "fingerprint_secret"
        case signingKey = "signing_key"
    }

    enum AuditRotate: String, SectionKey { case size, age, compress }

    enum AuditKeep: String, SectionKey { case count, age, size }

    enum AuditSyslog: String, SectionKey { case socket, facility }

    enum Admin: String, SectionKey { case address, token, connections }

    enum Limits: String, SectionKey {
        case body, connections, http2, memory
        case connectionsPerClient = "connections_per_client"
        case connectionAge = "connection_age"
        case drainTime = "drain_time"
        case drainRate = "drain_rate"
        case halfClosed = "half_closed"
        case requestLine = "request_line"
        case headerFields = "header_fields"
        case headerBytes = "header_bytes"
        case headTimeout = "head_timeout"
        case bodyIdleTimeout = "body_idle_timeout"
        case keepAliveTimeout = "keep_alive_timeout"
        case maxInFlight = "max_in_flight"
        case drainBody = "drain_body"
    }

    enum HTTP2: String, SectionKey {
        case streams, resets, window
        case streamErrors = "stream_errors"
        case controlFrames = "control_frames"
        case emptyDataFrames = "empty_data_frames"
        case continuationFrames = "continuation_frames"
    }

    enum Log: String, SectionKey { case level, format }

    enum AccessLog: String, SectionKey { case path, format, sample, capacity }

    enum Tracing: String, SectionKey {
        case url, token, sample, capacity, batch, interval, timeout, tls
        case serviceName = "service_name"
    }

    enum Reload: String, SectionKey {
        case watch, timeout
        case generationHeader = "generation_header"
    }

    enum Shutdown: String, SectionKey {
        case gracePeriod = "grace_period"
        case lameDuck = "lame_duck"
        case idleGrace = "idle_grace"
    }
}
