import Foundation
import SimpleHTTP

/// The credentials of HTTP Basic authentication (RFC 7617 §2).
struct BasicCredentials {
    var id: String
    var secret: String

    /// Reads an Authorization field value; nil if it is not well-formed Basic.
    init?(authorization: String) {
        let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, equalIgnoringASCIICase(parts[0], "Basic"),
            let bytes = Data(base64Encoded: String(parts[1])), let text = String(validating: bytes, as: UTF8.self),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        id = String(text[..<colon])
        secret = String(text[text.index(after: colon)...])
    }

    /// Whether these are the client's credentials, as they are or form-encoded (RFC 6749 §2.3.1).
    func match(_ client: KeyService.Client) -> Bool {
        let isPlain = equal(id, client.id) && equal(secret, client.secret)
        guard !isPlain else { return true }
        guard let id = FormDecoder.decodeComponent(id[...]), let secret = FormDecoder.decodeComponent(secret[...])
        else { return false }
        return equal(id, client.id) && equal(secret, client.secret)
    }

    /// Takes as long for a wrong text as for the right one of that length.
    private func equal(_ given: String, _ expected: String) -> Bool {
        guard given.utf8.count == expected.utf8.count else { return false }
        return zip(given.utf8, expected.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
