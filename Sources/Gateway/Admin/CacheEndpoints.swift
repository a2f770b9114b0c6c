import Audit
import Introspection
import NIOCore
import SimpleHTTP
import StrictJSON

/// `/cache` and `POST /cache/clear`.
struct CacheEndpoints: Sendable {
    let services: GatewayServices
    let revoker: Revoker
    let reloader: Reloader

    /// How full the cache is and how well it serves; nothing of the keys in it.
    func show(_ request: SimpleRequest) -> SimpleResponse {
        let counters = services.cache.counters
        let limits = reloader.loaded.configuration.introspection.cache
        return AdminAnswer.json(
            200,
            .object([
                (
                    "positive",
                    .object([
                        ("entries", .count(counters.count)), ("capacity", .count(limits.capacity)),
                        ("ttl_seconds", .real(limits.timeToLive.inSeconds)),
                        ("evictions", .count(counters.evictions)),
                    ])
                ),
                (
                    "negative",
                    .object([
                        ("entries", .count(counters.negativeCount)), ("capacity", .count(limits.negativeCapacity)),
                        ("ttl_seconds", .real(limits.negativeTimeToLive.inSeconds)),
                        ("evictions", .count(counters.negativeEvictions)),
                    ])
                ),
                (
                    "lookups",
                    .object([
                        ("hit", .count(counters.hits)), ("negative", .count(counters.negativeHits)),
                        ("expired", .count(counters.expiredHits)),
                        ("not_yet_valid", .count(counters.notYetValidHits)), ("miss", .count(counters.misses)),
                    ])
                ),
                ("hit_rate", counters.hitRate.map { .real($0) } ?? .null),
            ])
        )
    }

    /// Forgets all keys, so that each is asked about anew.
    func clear(_ request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse> {
        revoker.revoke(on: eventLoop) { $0.forget(.everybody) }.map { [services] effect in
            services.audit.record(.revocation(AuditRevocation(.all, count: effect.forgotten)), or: services.logger)
            services.logger.notice("cache cleared", metadata: ["forgotten": "\(effect.forgotten)"])
            return AdminAnswer.json(200, RevokeAction.json(effect))
        }
    }
}

extension GrantCacheCounters {
    /// The share of look-ups that needed no call, from 0 to 1; nil before the first.
    var hitRate: Double? {
        let known = hits + negativeHits + expiredHits + notYetValidHits
        return known + misses > 0 ? Double(known) / Double(known + misses) : nil
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
