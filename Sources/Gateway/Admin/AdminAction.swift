import SimpleHTTP
import StrictJSON

/// What a request must be like that makes the gateway do something, so that a page of another site, open in an
/// operator's browser, can't.
enum AdminAction {
    /// Why a request may not act; nil when it may.
    ///
    /// Browsers say where a request comes from (Fetch §3.2, `Sec-Fetch-Site`); programs say nothing and may act. A name
    /// of somebody else's that resolves to this machine (DNS rebinding) shows in Host, which then is neither an address
    /// nor `localhost`.
    static func refusal(of request: SimpleRequest) -> SimpleResponse? {
        guard request.method == .post else {
            var response = error(405, code: "method_not_allowed", message: "This acts, and so it wants POST.")
            response.fields.append(("Allow", "POST"))
            return response
        }
        let host = request.field("Host") ?? ""
        let origin = request.field("Origin")
        let site = request.field("Sec-Fetch-Site")
        let isSameOrigin = origin.map { $0 == "http://\(host)" } ?? true
        let isSameSite = site.map { $0 == "same-origin" || $0 == "none" } ?? true
        guard isSameOrigin, isSameSite, isOwnName(host) else {
            return error(403, code: "cross_site_request", message: "Pages of other sites can't act here.")
        }
        return nil
    }

    static func error(_ status: Int, code: String, message: String) -> SimpleResponse {
        let body = "{\"error\":{\"code\":\(JSONQuoting.quoted(code)),\"message\":\(JSONQuoting.quoted(message))}}\n"
        return json(status, body)
    }

    static func json(_ status: Int, _ body: String) -> SimpleResponse {
        SimpleResponse(
            status: status,
            fields: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
            body: Array(body.utf8)
        )
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
