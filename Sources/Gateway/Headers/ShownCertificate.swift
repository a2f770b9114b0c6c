import Digests

/// What is told of the certificate that a client has shown, worked out once for a connection.
final class ShownCertificate: Sendable {
    /// The SHA-256 of the certificate's DER: what `openssl x509 -fingerprint -sha256` prints.
    let fingerprint: Digest256
    /// The value of Client-Cert (RFC 9440 §2.2), a byte sequence as RFC 8941 §3.3.5 has it; empty when the upstream
    /// isn't told.
    let field: [UInt8]

    /// - Parameters:
    ///   - der: The certificate.
    ///   - isForwarded: Whether the upstream is told of it.
    init(der: [UInt8], isForwarded: Bool) {
        fingerprint = SHA256.hash(der.span)
        field = isForwarded ? [UInt8(ascii: ":")] + Base64.encode(der.span) + [UInt8(ascii: ":")] : []
    }
}
