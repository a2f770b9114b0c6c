import GatewayConfig
import Introspection
import ScopeModel

/// One introspection, made as the gateway would make it and shown as the gateway would read it.
public struct IntrospectionProbe: Sendable {
    /// Whether the key has the shape that keys have; one that hasn't is refused without a call.
    public let hasShape: Bool
    /// What the call brought; nil without one.
    public let result: IntrospectionCallResult?
    /// How it is read.
    public let reading: Result<Grant, IntrospectionFailure>
    /// How long that would be kept, in nanoseconds: the shortest and the longest time; nil when it wouldn't.
    public let kept: ClosedRange<Int64>?

    /// Asks about a key.
    ///
    /// - Throws: When the system gives no sockets or threads. A call that fails is a result.
    public static func ask(
        _ key: [UInt8],
        configuration: GatewayConfiguration,
        catalog: ScopeCatalog
    ) async throws -> IntrospectionProbe {
        guard configuration.keys.shape.accepts(key.span) else {
            return IntrospectionProbe(hasShape: false, result: nil, reading: .success(.inactive), kept: nil)
        }
        let call = CurlIntrospectionCall(configuration.introspection)
        let result = try await ToolLoop.run { loop in
            call.use([loop])
            return await withCheckedContinuation { continuation in
                call.call(key: key) { continuation.resume(returning: $0) }
            }
        }
        let reading = IntrospectionAnswer.interpret(
            result,
            mapping: configuration.introspection.answer,
            catalog: catalog
        )
        // A failure says nothing of the key, so it isn't kept.
        let kept = (try? reading.get()).map { grant in
            GrantCache.Limits(configuration.introspection.cache)
                .lifetime(of: grant, wallSeconds: SystemClock().wallSeconds)
        }
        return IntrospectionProbe(hasShape: true, result: result, reading: reading, kept: kept)
    }
}
