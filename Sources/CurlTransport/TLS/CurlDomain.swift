import CCurl

/// All that the handles of one event loop under one trust have in common, and share with those of no other trust: TLS
/// sessions, addresses, and the multi handle of ordinary transfers with its idle connections. Loop-bound.
///
/// It lives as long as a handle uses it, so that what libcurl shares is freed last.
final class CurlDomain {
    /// The trust; nil when all that used it are gone, or in the domain of connections without TLS.
    private(set) weak var trust: TLSTrust?
    /// One thread uses it, so it needs no locks.
    let share: UnsafeMutableRawPointer?

    private var transferMulti: CurlMulti?

    init(_ trust: TLSTrust?) {
        self.trust = trust
        share = curl_share_init()
        guard let share else { return }
        _ = ccurl_share_data(share, CURL_LOCK_DATA_DNS)
        if trust != nil { _ = ccurl_share_data(share, CURL_LOCK_DATA_SSL_SESSION) }
    }

    deinit {
        close()
        if let share { curl_share_cleanup(share) }
    }

    /// The multi handle that carries ordinary transfers.
    func multiForTransfers(on loop: CurlLoop) throws(CurlFailure) -> CurlMulti {
        if let transferMulti { return transferMulti }
        let multi = try CurlMulti(loop: loop)
        transferMulti = multi
        return multi
    }

    /// Closes the connections of transfers, which must have ended.
    func close() {
        transferMulti?.close()
        transferMulti = nil
    }
}
