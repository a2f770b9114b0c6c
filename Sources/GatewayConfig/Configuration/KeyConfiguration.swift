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

/// `audit`: the log of refused requests.
public struct AuditConfiguration: Equatable, Sendable {
    /// The file, which is appended to; its path from the working directory, or absolute.
    public var path: String
    /// What key fingerprints are made with, at least 16 bytes; `nil` for a random one for each process, so that
    /// fingerprints can't be compared across restarts.
    public var fingerprintSecret: Secret?

    /// An audit log.
    public init(path: String = "audit.jsonl", fingerprintSecret: Secret? = nil) {
        self.path = path
        self.fingerprintSecret = fingerprintSecret
    }
}
