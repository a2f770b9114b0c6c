import CurlTransport
import GatewayConfig
import Introspection
import ScopeModel

/// What answers for keys. It belongs to one catalog, since grants hold scopes as the catalog numbers them, and to one
/// set of introspection settings.
final class GrantSource: Sendable {
    let cache: GrantCache
    let introspector: Introspector
    /// The calls to the endpoint, for those who ask past cache and breaker.
    let call: CurlIntrospectionCall
    let catalog: ScopeCatalog
    let configuration: IntrospectionConfiguration
    /// Whom the endpoints are believed by: what was learned under one trust isn't believed under another.
    private let trust: TLSTrust?

    init(_ configuration: IntrospectionConfiguration, catalog: ScopeCatalog, timers: IntrospectionTimers) {
        self.configuration = configuration
        self.catalog = catalog
        trust = configuration.trust
        call = CurlIntrospectionCall(configuration, timers: timers)
        cache = GrantCache(limits: .init(configuration.cache))
        introspector = Introspector(
            call: call,
            cache: cache,
            mapping: configuration.answer,
            catalog: catalog,
            clock: SystemClock(),
            limits: IntrospectorLimits(configuration)
        )
    }

    /// Whether its answers hold under another configuration.
    func serves(_ loaded: LoadedConfiguration) -> Bool {
        configuration == loaded.configuration.introspection && catalog.entries == loaded.catalog.entries
            && trust == loaded.configuration.introspection.trust
    }

    /// Gives it the loops to call on; none, and every call fails.
    func use(_ loops: [CurlLoop]) {
        call.use(loops)
    }
}
