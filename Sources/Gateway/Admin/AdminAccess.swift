import Digests
import GatewayConfig
import SimpleHTTP

/// Who may ask the admin listener, so that nobody else can, and no page of another site that is open in an operator's
/// browser.
struct AdminAccess: Sendable {
    /// The token's digest, under a secret of this process; comparing digests tells nothing by the time that it takes.
    private let tokenDigest: Digest256?
    private let digest: HMACSHA256
    /// It is reached over a Unix socket, which no browser speaks to.
    private let isSocketFile: Bool

    init(_ configuration: AdminConfiguration, secret: [UInt8]) {
        let digest = HMACSHA256(key: secret.span)
        self.digest = digest
        tokenDigest = configuration.token.map { digest.authenticate($0.bytes.span) }
        if case .unix = configuration.address { isSocketFile = true } else { isSocketFile = false }
    }

    /// Whether a token is asked for.
    var asksForToken: Bool { tokenDigest != nil }

    /// Why a request is not answered; nil when it is.
    ///
    /// - Parameter isOpen: What is asked for is no secret: health, and what describes the listener.
    func refusal(of request: SimpleRequest, isOpen: Bool, acts: Bool) -> SimpleResponse? {
        if !isOpen, let tokenDigest, !carries(tokenDigest, request) {
            var response = AdminAnswer.error(401, code: "unauthorized", message: "This asks for the admin token.")
            response.fields.append(("WWW-Authenticate", "Bearer realm=\"scopegate admin\""))
            return response
        }
        guard isOpen || isSocketFile || isOfThisSite(request, acts: acts) else {
            return AdminAnswer.error(403, code: "cross_site_request", message: "Pages of other sites can't ask this.")
        }
        return nil
    }

    /// Whether whoever asks may see all: with the token, or where none is asked for.
    func maySeeAll(_ request: SimpleRequest) -> Bool {
        if let tokenDigest { return carries(tokenDigest, request) }
        return isSocketFile || isOfThisSite(request, acts: false)
    }

    private func carries(_ tokenDigest: Digest256, _ request: SimpleRequest) -> Bool {
        guard let value = request.field("Authorization"), value.utf8.count <= 8192 else { return false }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        let given = Array(parts[1].utf8)
        return digest.authenticate(given.span) == tokenDigest
    }

    /// Browsers say where a request comes from (`Origin`; `Sec-Fetch-Site`, Fetch Metadata §2.3); programs say nothing
    /// and may ask. A name of somebody else's that resolves to this machine (DNS rebinding) shows in Host, which then
    /// is neither an address nor `localhost`; with a token it doesn't matter, for such a page has none.
    private func isOfThisSite(_ request: SimpleRequest, acts: Bool) -> Bool {
        let host = request.field("Host") ?? ""
        guard asksForToken || Self.isOwnName(host) else { return false }
        guard acts else { return true }
        let isSameOrigin = request.field("Origin").map { $0 == "http://\(host)" || $0 == "https://\(host)" } ?? true
        let isSameSite = request.field("Sec-Fetch-Site").map { $0 == "same-origin" || $0 == "none" } ?? true
        return isSameOrigin && isSameSite
    }

    /// Whether a Host is an address or `localhost`, with or without a port.
    private static func isOwnName(_ host: String) -> Bool {
        if host.hasPrefix("[") { return true }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        let isAddress = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
        }
        return !name.isEmpty && (isAddress || name.lowercased() == "localhost")
    }
}
