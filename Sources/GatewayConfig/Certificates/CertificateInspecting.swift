/// Reads certificates and keys as the gateway's TLS does, so that what loads can be used.
public protocol CertificateInspecting {
    /// Reads a certificate with those between it and its root, and its key, all in PEM.
    ///
    /// - Throws: ``CertificateProblem`` when they can't be used.
    func inspect(certificates: [UInt8], key: [UInt8]) throws(CertificateProblem) -> CertificateFacts

    /// Reads the certificates of authorities, in PEM.
    ///
    /// - Throws: ``CertificateProblem`` when they can't be used, or there are none.
    func inspect(authorities: [UInt8]) throws(CertificateProblem)

    /// Reads whom servers are believed by and what they are shown, as the gateway's clients do.
    ///
    /// - Throws: ``CertificateProblem`` when they can't be used.
    func inspect(trust: TLSContents) throws(CertificateProblem)

    /// Now, in seconds since 1970-01-01T00:00:00Z.
    var now: Int64 { get }
}

/// Why certificates can't be used.
public enum CertificateProblem: Error, Equatable, Sendable {
    /// There is no certificate in PEM.
    case noCertificate
    /// There is no certificate of an authority in PEM.
    case noAuthorities
    /// There is no private key in PEM, or one that is encrypted or of an unknown kind.
    case noKey
    /// The key belongs to another certificate.
    case keyMismatch
    /// Something else that the TLS library doesn't take; its words.
    case unusable(String)
}

/// What a certificate says of itself.
public struct CertificateFacts: Equatable, Sendable {
    /// The DNS names that it is for, in lower case; with `*.` before them for any one label more.
    public var names: [String]
    /// Since when it is valid, in seconds since 1970-01-01T00:00:00Z.
    public var notBefore: Int64
    /// Until when it is valid, likewise.
    public var notAfter: Int64

    /// What a certificate says of itself.
    public init(names: [String], notBefore: Int64, notAfter: Int64) {
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// The certificates of a listener, read and checked.
public struct ListenerCertificates: Equatable, Sendable {
    /// One certificate.
    public struct Item: Equatable, Sendable {
        /// The path of the file that the certificate is from.
        public var file: String
        /// The certificate and those between it and its root, in PEM.
        public var certificates: [UInt8]
        /// Its private key, in PEM.
        public var key: [UInt8]
        /// What it says of itself.
        public var facts: CertificateFacts
    }

    /// The certificates, in the order of the configuration.
    public var items: [Item]
    /// The authorities of clients' certificates, in PEM, if clients are asked for any.
    public var clientAuthorities: [UInt8]?
}

/// Takes no certificates, for programs that only look at configurations without listening.
public struct NoCertificates: CertificateInspecting {
    /// An inspector that takes none.
    public init() {}

    /// See ``CertificateInspecting``.
    public var now: Int64 { 0 }

    /// See ``CertificateInspecting``.
    public func inspect(certificates: [UInt8], key: [UInt8]) throws(CertificateProblem) -> CertificateFacts {
        throw .unusable("this program has no TLS")
    }

    /// See ``CertificateInspecting``.
    public func inspect(authorities: [UInt8]) throws(CertificateProblem) {
        throw .unusable("this program has no TLS")
    }

    /// See ``CertificateInspecting``.
    public func inspect(trust: TLSContents) throws(CertificateProblem) {}
}
