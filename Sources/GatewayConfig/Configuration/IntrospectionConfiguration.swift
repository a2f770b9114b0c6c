import Introspection

/// `introspection`: how keys are looked up (RFC 7662).
public struct IntrospectionConfiguration: Equatable, Sendable {
    /// How the gateway says who it is (RFC 7662 §2.1).
    public enum Client: Equatable, Sendable {
        /// It doesn't.
        case none
        /// By HTTP Basic, with the client's id and secret (RFC 6749 §2.3.1).
        case basic(id: String, secret: Secret)
        /// By a token of its own: `Authorization: Bearer …`.
        case bearer(Secret)
        /// By a header field of this name and value.
        case header(name: String, value: Secret)

        /// What only the gateway knows, if it says who it is.
        public var secret: Secret? {
            switch self {
            case .none: nil
            case .basic(_, let secret), .bearer(let secret), .header(_, let secret): secret
            }
        }
    }

    /// Where to ask, at least one place; the later ones are for when the earlier ones fail.
    public var endpoints: [HTTPEndpoint]
    /// Who asks.
    public var client: Client
    /// How long a call may take, all its attempts together: 10 ms…1 min.
    public var timeout: Duration
    /// How long a connection may take to be made, TLS included: 10 ms…1 min.
    public var connectTimeout: Duration
    /// How the endpoints are asked.
    public var request: RequestMapping
    /// Where their answers say what.
    public var answer: AnswerMapping
    /// The most calls at a time: 1…10,000.
    public var maxConcurrent: Int
    /// The most requests that wait for calls at a time: 0…1,000,000.
    public var maxWaiters: Int
    /// When the endpoints are left alone.
    public var breaker: BreakerConfiguration
    /// What is remembered of the answers.
    public var cache: GrantCacheConfiguration
    /// How the endpoints' certificates are checked, which they always are when the URL is https.
    public var tls: TLSConfiguration

    /// A way to look keys up.
    public init(
        endpoints: [HTTPEndpoint],
        client: Client = .none,
        timeout: Duration = .seconds(1),
        connectTimeout: Duration = .milliseconds(500),
        request: RequestMapping = .rfc7662,
        answer: AnswerMapping = .rfc7662,
        maxConcurrent: Int = 64,
        maxWaiters: Int = 10_000,
        breaker: BreakerConfiguration = BreakerConfiguration(),
        cache: GrantCacheConfiguration = GrantCacheConfiguration(),
        tls: TLSConfiguration = TLSConfiguration()
    ) {
        self.endpoints = endpoints
        self.client = client
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.request = request
        self.answer = answer
        self.maxConcurrent = maxConcurrent
        self.maxWaiters = maxWaiters
        self.breaker = breaker
        self.cache = cache
        self.tls = tls
    }
}

/// `introspection.breaker`: when the endpoints are left alone.
public struct BreakerConfiguration: Equatable, Sendable {
    /// How many calls in a row have to fail: 0…1000; 0 for never.
    public var failures: Int
    /// How long no call is made the first time; each further time twice as long: 10 ms…1 h.
    public var backOff: Duration
    /// How long no call is made at most: 10 ms…1 h, and not below ``backOff``.
    public var maxBackOff: Duration

    /// A breaker.
    public init(failures: Int = 5, backOff: Duration = .seconds(1), maxBackOff: Duration = .seconds(5)) {
        self.failures = failures
        self.backOff = backOff
        self.maxBackOff = maxBackOff
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
    /// By how many hundredths both times are shortened at most, differently for each key: 0…50.
    public var timeToLiveJitter: Int
    /// Whether a key that is used in the last tenth of its time is asked about again in the background.
    public var refreshAhead: Bool
    /// How long a key may be used after its time, but not after its expiry, while the endpoints fail: 0 s…24 h.
    public var staleIfError: Duration

    /// A cache.
    public init(
        capacity: Int = 100_000,
        timeToLive: Duration = .seconds(60),
        negativeCapacity: Int = 10_000,
        negativeTimeToLive: Duration = .seconds(10),
        timeToLiveJitter: Int = 10,
        refreshAhead: Bool = true,
        staleIfError: Duration = .zero
    ) {
        self.capacity = capacity
        self.timeToLive = timeToLive
        self.negativeCapacity = negativeCapacity
        self.negativeTimeToLive = negativeTimeToLive
        self.timeToLiveJitter = timeToLiveJitter
        self.refreshAhead = refreshAhead
        self.staleIfError = staleIfError
    }
}
