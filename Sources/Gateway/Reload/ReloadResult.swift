import GatewayConfig

/// What a reload came to.
public struct ReloadResult: Sendable {
    /// The generation that runs now: the new one, or after a failure the old one.
    public let generation: Generation
    /// What is wrong with the files; none when the reload succeeded.
    public let errors: [Diagnostic]
    /// What works but perhaps not as was meant.
    public let warnings: [Diagnostic]
    /// Settings that were changed but need a restart to take effect.
    public let needsRestart: [String]

    /// Whether the new configuration runs.
    public var succeeded: Bool { errors.isEmpty }
}
