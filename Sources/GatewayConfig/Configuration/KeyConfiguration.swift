/// `introspection`: how keys are looked up (RFC 7662).
public struct IntrospectionConfiguration: Equatable, Sendable {
    /// The credentials with which the gateway asks, by HTTP Basic (RFC 7662 §2.1).
    public struct Client: Equatable, Sendable {
        /// The client's name.
        public var id: String
        /// The client's secret.
        public var secret: Secret

        /// Credentials.
        public init(id: String, secret: Secret) {
            self.id = id
            self.secret = secret
        }
    }

    /// Where to ask.
    public var endpoint: HTTPEndpoint
    /// Who asks; `nil` when the endpoint wants no credentials.
    public var client: Client?
    /// How long a call may take: 10 ms…1 min.
    public var timeout: Duration
    /// The most calls at a time: 1…10,000.
    public var maxConcurrent: Int
    /// The most requests that wait for calls at a time: 0…1,000,000.
    public var maxWaiters: Int
    /// What is remembered of the answers.
    public var cache: GrantCacheConfiguration
    /// How the endpoint's certificate is checked, which it always is when the URL is https.
    public var tls: TLSConfiguration

    /// A way to look keys up.
    public init(
        endpoint: HTTPEndpoint,
        client: Client? = nil,
        timeout: Duration = .seconds(1),
        maxConcurrent: Int = 64,
        maxWaiters: Int = 10_000,
        cache: GrantCacheConfiguration = GrantCacheConfiguration(),
        tls: TLSConfiguration = TLSConfiguration()
    ) {
        self.endpoint = endpoint
        self.client = client
        self.timeout = timeout
        self.maxConcurrent = maxConcurrent
        self.maxWaiters = maxWaiters
        self.cache = cache
        self.tls = tls
    }
}

/// `introspection.cache`: what is remembered of the answers.
public struct GrantCacheConfiguration: Equatable, Sendable {
    /// The most keys that are remembered as valid: 1…10,000,000.
    public var capacity: Int
    /// How long a key is taken to be valid without asking again: 0 s…24 h.
    public var timeToLive: Duration
    /// The most keys that are remembered as not valid: 1…10,000,000.
    public var negativeCapacity: Int
    /// How long a key is taken not to be valid without asking again: 0 s…1 h.
    public var negativeTimeToLive: Duration

    /// A cache.
    public init(
        capacity: Int = 100_000,
        timeToLive: Duration = .seconds(60),
        negativeCapacity: Int = 10_000,
        negativeTimeToLive: Duration = .seconds(10)
    ) {
        self.capacity = capacity
        self.timeToLive = timeToLive
        self.negativeCapacity = negativeCapacity
        self.negativeTimeToLive = negativeTimeToLive
    }
}

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

    /// Places for keys.
    public init(sources: [Source] = [.bearer, .header("X-API-Key")], forward: Bool = true) {
        self.sources = sources
        self.forward = forward
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
