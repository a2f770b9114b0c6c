import CurlTransport
import GatewayConfig
import Glibc
import NIOSSL

/// Reads certificates and keys with the library that the gateway's TLS is of.
public struct TLSCertificates: CertificateInspecting, Sendable {
    /// A reader of certificates.
    public init() {}

    /// Now, in seconds since 1970-01-01T00:00:00Z.
    public var now: Int64 { Int64(time(nil)) }

    /// See `CertificateInspecting`.
    public func inspect(certificates: [UInt8], key: [UInt8]) throws(CertificateProblem) -> CertificateFacts {
        let chain = try Self.chain(certificates)
        let privateKey = try Self.privateKey(key)
        guard let certificate = chain.first else { throw .noCertificate }
        do {
            // Whether the two belong together the library finds out when it is to use them.
            _ = try NIOSSLContext(configuration: Self.configuration(chain, privateKey))
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw .keyMismatch
        } catch NIOSSLError.failedToLoadCertificate {
            throw .unusable("the TLS library does not take it")
        } catch {
            throw .unusable("\(error)")
        }
        return CertificateFacts(
            names: Self.names(of: certificate),
            notBefore: Int64(certificate.notValidBefore),
            notAfter: Int64(certificate.notValidAfter)
        )
    }

    /// See `CertificateInspecting`.
    public func inspect(authorities: [UInt8]) throws(CertificateProblem) {
        _ = try Self.chain(authorities)
    }

    /// See `CertificateInspecting`.
    public func inspect(trust: TLSContents) throws(CertificateProblem) {
        do {
            _ = try TLSTrust.of(trust)
        } catch .noAuthorities {
            throw .noAuthorities
        } catch .noCertificate {
            throw .noCertificate
        } catch .noKey {
            throw .noKey
        } catch {
            throw .keyMismatch
        }
    }

    /// The certificates of a PEM text.
    static func chain(_ bytes: [UInt8]) throws(CertificateProblem) -> [NIOSSLCertificate] {
        // The library takes an address of the bytes, and empty ones may have none.
        guard !bytes.isEmpty, let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw .noCertificate
        }
        return chain
    }

    /// The private key of a PEM text.
    static func privateKey(_ bytes: [UInt8]) throws(CertificateProblem) -> NIOSSLPrivateKey {
        guard !bytes.isEmpty, let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else { throw .noKey }
        return key
    }

    /// What shows a certificate and nothing else.
    static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> NIOSSL.TLSConfiguration {
        NIOSSL.TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
    }

    /// The DNS names of a certificate, in lower case (RFC 5280 §4.2.1.6).
    private static func names(of certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().compactMap { name in
            guard name.nameType == .dnsName else { return nil }
            let text = String(decoding: name.contents, as: UTF8.self).lowercased()
            return text.isEmpty ? nil : text
        }
    }
}
