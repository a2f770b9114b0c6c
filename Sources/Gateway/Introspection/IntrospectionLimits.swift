import GatewayConfig
import Introspection

extension GrantCache.Limits {
    init(_ configuration: GrantCacheConfiguration) {
        self.init(
            capacity: configuration.capacity,
            timeToLive: configuration.timeToLive.nanoseconds,
            negativeCapacity: configuration.negativeCapacity,
            negativeTimeToLive: configuration.negativeTimeToLive.nanoseconds,
            jitter: configuration.timeToLiveJitter,
            refreshesAhead: configuration.refreshAhead,
            staleTime: configuration.staleIfError.nanoseconds
        )
    }
}

extension IntrospectorLimits {
    init(_ configuration: IntrospectionConfiguration) {
        self.init(
            maximumConcurrentCalls: configuration.maxConcurrent,
            maximumWaiters: configuration.maxWaiters,
            maximumQueueTime: configuration.timeout.nanoseconds,
            breakerFailures: configuration.breaker.failures,
            breakerBackOff: configuration.breaker.backOff.nanoseconds,
            breakerMaximumBackOff: configuration.breaker.maxBackOff.nanoseconds
        )
    }
}
