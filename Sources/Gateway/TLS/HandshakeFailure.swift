import NIOSSL

/// Why a handshake failed, by what operators would do about it.
enum HandshakeFailure: String, CaseIterable {
    /// It took too long.
    case timeout
    /// The client went away.
    case closed
    /// What the client sends isn't TLS.
    case notTLS = "not_tls"
    /// There is no version that both speak.
    case version
    /// There is no cipher suite or group that both have.
    case cipher
    /// The client shows no certificate though it has to, or one that isn't good.
    case clientCertificate = "client_certificate"
    /// There is no application protocol that both speak.
    case applicationProtocol = "application_protocol"
    /// The client refuses what it is shown, mostly the certificate.
    case refused
    /// Anything else.
    case other

    init(_ error: any Error) {
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let errors)), NIOSSLError.handshakeFailed(.unknownError(let errors)):
            self.init(errors)
        case NIOSSLError.handshakeFailed(.syscallError), NIOSSLError.handshakeFailed(.zeroReturn): self = .closed
        case NIOSSLError.uncleanShutdown: self = .closed
        default: self = .other
        }
    }

    /// The names of the library's reasons, which its errors show and by which alone they can be told apart.
    private static let reasons: [(HandshakeFailure, [String])] = [
        (
            .notTLS,
            ["HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER", "DECODE_ERROR", "UNEXPECTED_RECORD"]
        ),
        (.version, ["UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION", "INAPPROPRIATE_FALLBACK"]),
        (.cipher, ["NO_SHARED_CIPHER", "NO_SHARED_GROUP", "WRONG_CURVE", "NO_COMMON_SIGNATURE_ALGORITHMS"]),
        (
            .clientCertificate,
            ["PEER_DID_NOT_RETURN_A_CERTIFICATE", "CERTIFICATE_VERIFY_FAILED", "BAD_SIGNATURE", "NO_CERTIFICATE_SET"]
        ),
        // Some clients of TLS 1.3 send the alert by which they refuse a certificate in clear, when it is expected
        // encrypted.
        (.refused, ["ALERT", "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"]),
    ]

    /// What the library says of an error, without where in its sources it says so.
    static func reason(of error: any Error) -> String {
        guard case NIOSSLError.handshakeFailed(.sslError(let errors)) = error else { return "\(error)" }
        let marker = "OPENSSL_internal:"
        return errors.map { error in
            let text = error.description
            guard let start = text.firstRange(of: marker)?.upperBound else { return text }
            return text[start...].prefix { $0 != " " }.lowercased().replacing("_", with: " ")
        }.joined(separator: ", ")
    }

    private init(_ errors: NIOBoringSSLErrorStack) {
        if errors == [.eofDuringHandshake] {
            self = .closed
            return
        }
        let text = errors.map(\.description).joined(separator: " ")
        self = Self.reasons.first { $0.1.contains { text.contains($0) } }?.0 ?? .other
    }
}
