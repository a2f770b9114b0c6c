import GatewayConfig
import Introspection
import ScopeModel

/// One introspection, made as the gateway would make it and read as the gateway would read it.
public struct IntrospectionProbe: Sendable {
    /// Whether the key has the shape that keys have; one that hasn't is refused without a call.
    public let hasShape: Bool
    /// The result of the call; nil without one.
    public let result: IntrospectionCallResult?
    /// The grant that is read in it.
    public let reading: Result<Grant, IntrospectionFailure>
    /// How long the grant would be kept, in nanoseconds: the shortest and the longest time; nil when it wouldn't.
    public let kept: ClosedRange<Int64>?

    /// A key without the shape of one.
    private init() {
        hasShape = false
        result = nil
        reading = .success(.inactive)
        kept = nil
    }

    private init(
        _ result: IntrospectionCallResult,
        _ configuration: IntrospectionConfiguration,
        _ catalog: ScopeCatalog
    ) {
        hasShape = true
        self.result = result
        reading = IntrospectionAnswer.interpret(result, mapping: configuration.answer, catalog: catalog)
        // A failure says nothing of the key, so it isn't kept.
        kept = (try? reading.get()).map { grant in
            GrantCache.Limits(configuration.cache).lifetime(of: grant, wallSeconds: SystemClock().wallSeconds)
        }
    }

    /// Asks about a key by a call; the completion may be called on another thread, or before this returns.
    static func ask(
        _ key: [UInt8],
        by call: CurlIntrospectionCall,
        _ keys: KeysConfiguration,
        _ configuration: IntrospectionConfiguration,
        _ catalog: ScopeCatalog,
        completion: @escaping @Sendable (IntrospectionProbe) -> Void
    ) {
        guard keys.shape.accepts(key.span) else { return completion(IntrospectionProbe()) }
        call.call(key: key) { completion(IntrospectionProbe($0, configuration, catalog)) }
    }

    /// Asks about a key, from a program that has no gateway.
    ///
    /// - Throws: When the system gives no sockets or threads. A call that fails is a result.
    public static func ask(
        _ key: [UInt8],
        configuration: GatewayConfiguration,
        catalog: ScopeCatalog
    ) async throws -> IntrospectionProbe {
        let call = CurlIntrospectionCall(configuration.introspection)
        return try await ToolLoop.run { loop in
            call.use([loop])
            return await withCheckedContinuation { continuation in
                ask(key, by: call, configuration.keys, configuration.introspection, catalog) { probe in
                    continuation.resume(returning: probe)
                }
            }
        }
    }
}
