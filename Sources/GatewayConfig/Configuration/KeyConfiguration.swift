import Introspection

/// `keys`: where keys are in requests.
public struct KeysConfiguration: Equatable, Sendable {
    /// A place for a key. A request with keys in two places is refused.
    public enum Source: Equatable, Sendable {
        /// `Authorization: Bearer …` (RFC 6750 §2.1).
        case bearer
        /// A header field of this name, as it was written; case does not count in requests.
        case header(String)
    }

    /// The places, at least one.
    public var sources: [Source]
    /// Whether the backend gets the key as the client sent it.
    public var forward: Bool
    /// What keys look like; others are refused without asking about them.
    public var shape: KeyShape

    /// Places for keys.
    public init(
        sources: [Source] = [.bearer, .header("X-API-Key")],
        forward: Bool = true,
        shape: KeyShape = KeyShape()
    ) {
        self.sources = sources
        self.forward = forward
        self.shape = shape
    }
}

/// `catalog`: where the catalog is from, and whether the gateway serves it.
public struct CatalogConfiguration: Equatable, Sendable {
    /// Where the catalog is from.
    public var source: DocumentSource
    /// The path at which the gateway itself answers GET with the catalog; `nil` when the backend does.
    public var serveAt: String?

    /// A catalog.
    public init(source: DocumentSource = .embedded, serveAt: String? = nil) {
        self.source = source
        self.serveAt = serveAt
    }
}
