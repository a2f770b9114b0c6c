import GatewayConfig

/// Tells which changed settings a running gateway can't take over.
enum RestartSettings {
    /// The keys whose values differ and that are only looked at when a gateway starts.
    static func changed(from old: GatewayConfiguration, to new: GatewayConfiguration) -> [String] {
        var audit = (old.audit, new.audit)
        // Fingerprints are made anew with each snapshot.
        (audit.0.fingerprintSecret, audit.1.fingerprintSecret) = (nil, nil)
        let checks: [(String, Bool)] = [
            ("listen", old.listen.map(\.fixed) != new.listen.map(\.fixed)),
            ("audit", audit.0 != audit.1),
            ("admin", old.admin != new.admin),
            ("access_log", old.accessLog != new.accessLog),
            ("tracing", old.tracing?.fixed != new.tracing?.fixed),
            ("threads", old.threads != new.threads),
            ("limits.connections", old.limits.connections != new.limits.connections),
            ("limits.memory", old.limits.memory != new.limits.memory),
            ("log", old.log != new.log),
            ("shutdown", old.shutdown != new.shutdown),
            ("reload.watch", old.reload.watch != new.reload.watch),
        ]
        return checks.filter(\.1).map(\.0)
    }

    /// What is in force when a gateway that started with one configuration has loaded another.
    static func inForce(_ start: GatewayConfiguration, _ loaded: GatewayConfiguration) -> GatewayConfiguration {
        var result = loaded
        // Certificates and what belongs to them are taken over where the listener is the same.
        result.listen = start.listen.enumerated().map { index, listener in
            loaded.place(of: listener, from: index).map { loaded.listen[$0] } ?? listener
        }
        result.audit = start.audit
        result.audit.fingerprintSecret = loaded.audit.fingerprintSecret
        result.admin = start.admin
        result.accessLog = start.accessLog
        result.tracing = start.tracing
        result.threads = start.threads
        result.limits.connections = start.limits.connections
        result.limits.memory = start.limits.memory
        result.log = start.log
        result.shutdown = start.shutdown
        result.reload.watch = start.reload.watch
        return result
    }
}
