/// `headers`: which fields of requests go upstream, beside what the gateway's own rules say.
public struct HeadersConfiguration: Equatable, Sendable {
    /// Fields that never go upstream, besides those that the rules drop. Default: none.
    public var drop: [HeaderPattern]
    /// Fields that go upstream although they are of a family that others say. Default: none.
    public var keep: [HeaderPattern]

    /// Changes to the rules.
    public init(drop: [HeaderPattern] = [], keep: [HeaderPattern] = []) {
        self.drop = drop
        self.keep = keep
    }
}
