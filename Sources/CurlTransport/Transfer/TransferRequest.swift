/// An ordinary HTTP request, for calls that aren't on the path of every request: introspection, exports.
public struct TransferRequest: Sendable {
    /// HTTP Basic credentials (RFC 7617).
    public struct BasicCredentials: Sendable {
        /// The user-id; RFC 6749 §2.3.1 has it form-encoded by the caller.
        public var user: String
        /// The password.
        public var password: String

        /// Credentials by their parts.
        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// The absolute http or https URL.
    public var url: String
    /// Header lines without their line ends: `Accept: application/json`.
    public var headers: [String]
    /// The body, sent by POST; nil sends a GET.
    public var body: [UInt8]?
    /// Credentials, or nil for none.
    public var credentials: BasicCredentials?
    /// How long the whole call may take, in milliseconds; at least 1.
    public var timeoutMilliseconds: Int
    /// How many bytes of the answer's body are taken; a longer one fails the call.
    public var maximumResponseBytes: Int
    /// How long the connection may take to be made, TLS included, in milliseconds; nil for as long as the whole call.
    public var connectTimeoutMilliseconds: Int?
    /// Whom to believe and what to show over TLS; nil for plain HTTP, and then no server is reached over TLS.
    public var trust: TLSTrust?
    /// The Unix socket to connect to, whatever host the URL names; nil to connect to that host.
    public var unixSocket: String?
    /// Where to connect to in the place of what the URL names, as CURLOPT_CONNECT_TO has it: `::host:port`.
    public var connectTo: String?
    /// Whether a connection is made for this request alone, so that making one is a part of what is found out.
    public var usesOwnConnection = false

    /// A request by its parts.
    public init(
        url: String,
        headers: [String] = [],
        body: [UInt8]? = nil,
        credentials: BasicCredentials? = nil,
        timeoutMilliseconds: Int,
        maximumResponseBytes: Int,
        connectTimeoutMilliseconds: Int? = nil,
        trust: TLSTrust? = nil
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.credentials = credentials
        self.timeoutMilliseconds = max(1, timeoutMilliseconds)
        self.maximumResponseBytes = maximumResponseBytes
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.trust = trust
    }
}

/// The answer to a ``TransferRequest``.
public struct TransferResponse: Equatable, Sendable {
    /// The HTTP status, 200…599.
    public var status: Int
    /// The Content-Type field's value, if there was one.
    public var contentType: [UInt8]?
    /// The body as it came: nothing is decoded.
    public var body: [UInt8]

    /// An answer by its parts.
    public init(status: Int, contentType: [UInt8]?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
