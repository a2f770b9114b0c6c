import CCurl

/// A libcurl easy handle with the settings that every handle of the gateway has.
///
/// The gateway talks to the servers that its configuration names and to no others: no redirects, no proxy from the
/// environment (CVE-2016-5385), no netrc, no cookies, no decoding, no HTTP/0.9, only http and https, no signals.
struct EasyHandle: ~Copyable {
    let raw: UnsafeMutableRawPointer
    /// What libcurl reads for as long as the handle is there.
    private var lists: [StringList] = []
    /// What libcurl reads likewise.
    private let trust: TLSTrust?
    private let domain: CurlDomain

    /// - Parameter trust: What servers are believed by; without it no server is reached over TLS.
    init(loop: CurlLoop, trust: TLSTrust?) throws(CurlFailure) {
        guard let raw = curl_easy_init() else {
            throw CurlFailure(kind: .other, description: "libcurl has no memory for a handle")
        }
        self.raw = raw
        self.trust = trust
        domain = loop.domain(of: trust)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_NOPROGRESS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_SSL_ENABLE_ALPN, 0)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if trust == nil { set(CURLOPT_SSL_SESSIONID_CACHE, 0) }
        // Should this fail, no server is believed.
        _ = ccurl_easy_set_trust(raw, trust?.pointer)
        if let share = domain.share { _ = ccurl_easy_set_pointer(raw, CURLOPT_SHARE, share) }
    }

    deinit {
        curl_easy_cleanup(raw)
    }

    func set(_ option: CURLoption, _ value: Int) {
        _ = ccurl_easy_set_long(raw, option, value)
    }

    func set(_ option: CURLoption, _ value: String) {
        _ = ccurl_easy_set_string(raw, option, value)
    }

    /// Sets a list of texts.
    mutating func set(_ option: CURLoption, _ texts: [String]) {
        let list = StringList(texts)
        lists.append(list)
        _ = ccurl_easy_set_list(raw, option, list.list)
    }

    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        _ = ccurl_easy_set_pointer(raw, option, pointer)
    }

    /// The settings that say whom to talk to.
    mutating func apply(_ target: UpstreamTarget) {
        set(CURLOPT_URL, target.url)
        set(CURLOPT_CONNECTTIMEOUT_MS, target.connectTimeoutMilliseconds)
        if let path = target.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let connectTo = target.connectTo { set(CURLOPT_CONNECT_TO, [connectTo]) }
        set(CURLOPT_DNS_CACHE_TIMEOUT, target.addressSeconds)
        // Each loop, each time that it resolves a name, goes by another order of its addresses.
        set(CURLOPT_DNS_SHUFFLE_ADDRESSES, 1)
    }
}
