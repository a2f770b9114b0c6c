import GatewayConfig
import RouteMap

/// What a reload came to.
public struct ReloadResult: Sendable {
    /// The way that it came.
    public let way: Generation.Way
    /// When it was over, in microseconds since 1970-01-01T00:00:00Z.
    public let timeMicroseconds: Int64
    /// The generation that runs now: the new one, or after a failure the old one.
    public let generation: Generation
    /// What is wrong with the files; none when the reload succeeded.
    public let errors: [Diagnostic]
    /// What works but perhaps not as was meant.
    public let warnings: [Diagnostic]
    /// Settings that were changed but need a restart to take effect.
    public let needsRestart: [String]
    /// What other keys get through than before; nil when the reload failed, or the maps are too large to be compared.
    public let changes: [RouteMapDiff.Change]?

    /// Whether the new configuration runs.
    public var succeeded: Bool { errors.isEmpty }
}
