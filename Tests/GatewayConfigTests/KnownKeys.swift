@testable import GatewayConfig

/// The keys that the loader knows, by where they are in the JSON Schemas.
enum KnownKeys {
    static let scopegate: [String: [String]] = [
        "": names(ConfigurationKeys.Root.self),
        "listen[]": names(ConfigurationKeys.Listen.self),
        "listen[].proxy_protocol": names(ConfigurationKeys.ProxyProtocol.self),
        "listen[].tls": names(ConfigurationKeys.ListenTLS.self),
        "listen[].tls.certificates[]": names(ConfigurationKeys.Certificate.self),
        "upstream": names(ConfigurationKeys.Upstream.self).filter { $0 != "prefix" },
        "upstreams[]": names(ConfigurationKeys.Upstream.self),
        "$upstream_servers[]": names(ConfigurationKeys.UpstreamServer.self),
        "$upstream_tls": names(ConfigurationKeys.UpstreamTLS.self),
        "$upstream_pool": names(ConfigurationKeys.Pool.self),
        "$upstream_health_check": names(ConfigurationKeys.HealthCheck.self),
        "$upstream_ejection": names(ConfigurationKeys.Ejection.self),
        "$upstream_retry": names(ConfigurationKeys.Retry.self),
        "introspection": names(ConfigurationKeys.Introspection.self),
        "introspection.client": names(ConfigurationKeys.Client.self),
        "introspection.cache": names(ConfigurationKeys.Cache.self),
        "introspection.request": names(ConfigurationKeys.Request.self),
        "introspection.request.key": names(ConfigurationKeys.KeyPlace.self),
        "introspection.answer": names(ConfigurationKeys.Answer.self),
        "introspection.breaker": names(ConfigurationKeys.Breaker.self),
        "keys": names(ConfigurationKeys.Keys.self),
        "keys.sources[]": names(ConfigurationKeys.Source.self),
        "keys.shape": names(ConfigurationKeys.Shape.self),
        "catalog": names(ConfigurationKeys.Catalog.self),
        "audit": names(ConfigurationKeys.Audit.self),
        "audit.rotate": names(ConfigurationKeys.AuditRotate.self),
        "audit.keep": names(ConfigurationKeys.AuditKeep.self),
        "audit.syslog": names(ConfigurationKeys.AuditSyslog.self),
        "admin": names(ConfigurationKeys.Admin.self),
        "limits": names(ConfigurationKeys.Limits.self),
        "limits.http2": names(ConfigurationKeys.HTTP2.self),
        "headers": names(ConfigurationKeys.Headers.self),
        "log": names(ConfigurationKeys.Log.self),
        "access_log": names(ConfigurationKeys.AccessLog.self),
        "tracing": names(ConfigurationKeys.Tracing.self),
        "reload": names(ConfigurationKeys.Reload.self),
        "shutdown": names(ConfigurationKeys.Shutdown.self),
        "$tls": names(ConfigurationKeys.TLS.self),
        "$secret": names(ConfigurationKeys.Secret.self),
    ]

    static let catalog: [String: [String]] = [
        "": names(CatalogKeys.Root.self),
        "resources[]": names(CatalogKeys.Resource.self),
        "resources[].read": names(CatalogKeys.Read.self),
        "resources[].write": names(CatalogKeys.Write.self),
        "presets[]": names(CatalogKeys.Preset.self),
    ]

    static let expectations: [String: [String]] = ["": names(ExpectationKeys.Root.self)]

    static let routes: [String: [String]] = [
        "": names(RouteKeys.Root.self),
        "$requirement": names(RouteKeys.Requirement.self),
    ]

    private static func names<Key: SectionKey>(_ type: Key.Type) -> [String] {
        type.allCases.map(\.rawValue).sorted()
    }
}
