import Audit
import GatewayConfig
import HTTP1

/// Which requests are recorded besides refusals, and what of them.
struct AuditPolicy: Sendable {
    let allowed: AuditConfiguration.Allowed
    let sample: Int
    let query: AuditQueryPolicy
    /// How many records may wait to be written.
    let capacity: Int

    init(_ configuration: AuditConfiguration) {
        allowed = configuration.allowed
        sample = configuration.sample
        capacity = configuration.capacity
        query =
            switch configuration.query {
            case .drop: .drop
            case .keep: .keep
            case .redact: .redact
            }
    }

    /// Whether a request that passes is recorded. `count` is how many came before that might have been.
    func records(_ method: Method, _ count: inout Int) -> Bool {
        switch allowed {
        case .none: return false
        case .writes:
            // RFC 9110 §9.2.1.
            switch method {
            case .get, .head, .options, .trace: return false
            default: break
            }
        case .all: break
        }
        count &+= 1
        return count.isMultiple(of: sample)
    }
}

extension AuditOptions {
    /// How the audit is kept under a configuration.
    init(_ configuration: AuditConfiguration) {
        self.init()
        capacity = configuration.capacity
        durability =
            switch configuration.durability {
            case .buffered: .buffered
            case .written: .written
            case .synced: .synced
            }
        overflow =
            switch configuration.overflow {
            case .failClosed: .failClosed
            case .drop: .drop
            }
        instance = configuration.instance ?? AuditOptions.machineName
        signer = configuration.signingKey.map { AuditSigner(key: $0.bytes) }
        rotation.size = configuration.rotate.size.map(Int64.init)
        rotation.age = configuration.rotate.age?.nanoseconds
        rotation.compresses = configuration.rotate.compress
        rotation.keptCount = configuration.keep.count
        rotation.keptAge = configuration.keep.age?.nanoseconds
        rotation.keptSize = configuration.keep.size.map(Int64.init)
        if let syslog = configuration.syslog {
            let facility = SyslogFacility(rawValue: syslog.facility.rawValue) ?? .authpriv
            mirrors.append(.syslog(path: syslog.socket, facility: facility))
        }
        if configuration.stdout { mirrors.append(.standardOutput) }
    }
}
