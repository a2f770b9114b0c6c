import GatewayConfig
import NIOCore
import NIOSSL

/// What a listener secures its connections with. Immutable: new certificates make a new one, and connections go on with
/// that with which they began, unless it asks clients for other certificates than they were asked for.
///
/// Each has a context of its own, whose tickets and sessions no other takes (CVE-2025-23419).
final class ListenerTLS: Sendable {
    let configuration: ListenTLSConfiguration
    let certificates: ListenerCertificates
    let handshakeTimeout: TimeAmount
    private let context: NIOSSLContext

    /// For TLS 1.2 only suites with forward secrecy and authenticated encryption (RFC 9325 §4.2); TLS 1.3 has no
    /// others.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// How long the client may take to say that it, too, has ended.
    private static let shutdownTimeout = TimeAmount.seconds(1)

    init(
        _ configuration: ListenTLSConfiguration,
        _ certificates: ListenerCertificates,
        protocols: [ListenConfiguration.ApplicationProtocol]
    ) throws {
        self.configuration = configuration
        self.certificates = certificates
        handshakeTimeout = .init(configuration.handshakeTimeout)
        let shown = try certificates.items.map { item in
            (chain: try TLSCertificates.chain(item.certificates), key: try TLSCertificates.privateKey(item.key))
        }
        guard let first = shown.first else { throw CertificateProblem.noCertificate }
        var settings = TLSCertificates.configuration(first.chain, first.key)
        settings.minimumTLSVersion = configuration.minVersion == .tls13 ? .tlsv13 : .tlsv12
        settings.maximumTLSVersion = .tlsv13
        settings.cipherSuiteValues = Self.cipherSuites
        settings.applicationProtocols = protocols.map(\.rawValue)
        settings.shutdownTimeout = Self.shutdownTimeout
        settings.trustRoots = .certificates([])
        if let authorities = certificates.clientAuthorities {
            settings.trustRoots = .certificates(try TLSCertificates.chain(authorities))
            settings.sendCANameList = true
        }
        switch configuration.clientCertificates {
        case .none: settings.certificateVerification = .none
        case .optional: settings.certificateVerification = .optionalVerification
        case .required: settings.certificateVerification = .noHostnameVerification
        }
        if shown.count > 1 {
            var names = ServerNames<NIOSSLContextConfigurationOverride>()
            for (item, shown) in zip(certificates.items, shown) {
                var override = NIOSSLContextConfigurationOverride()
                override.certificateChain = shown.chain.map { .certificate($0) }
                override.privateKey = .privateKey(shown.key)
                for name in item.facts.names { names.add(name, override) }
            }
            settings.sslContextCallback = { [names] asked, promise in
                promise.succeed(asked.serverHostname.flatMap { names.value(for: $0) } ?? .noChanges)
            }
        }
        context = try NIOSSLContext(configuration: settings)
    }

    /// What secures one connection.
    func makeHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }

    /// Whether it asks clients for the same certificates as another.
    func asksClientsAlike(_ other: ListenerTLS) -> Bool {
        configuration.clientCertificates == other.configuration.clientCertificates
            && certificates.clientAuthorities == other.certificates.clientAuthorities
    }

    /// What a client has shown, as it is told of to others; nil when it has shown nothing.
    ///
    /// It is good: the handshake is over, in which what isn't is refused.
    func clientCertificate(of pipeline: ChannelPipeline.SynchronousOperations) throws -> ShownCertificate? {
        guard configuration.clientCertificates != .none, let shown = try pipeline.nioSSL_peerCertificate() else {
            return nil
        }
        return ShownCertificate(der: try shown.toDERBytes(), isForwarded: configuration.forwardsClientCertificate)
    }

    /// What the listeners of a gateway use from now on.
    ///
    /// - Parameters:
    ///   - listeners: those that were opened at the start.
    ///   - loaded: the configuration that is to come into force.
    ///   - previous: what they use until now. A listener of which the configuration has changed more than a running
    ///     gateway can take over goes on with it, and so does one for which nothing has changed.
    static func make(
        _ listeners: [ListenConfiguration],
        _ loaded: LoadedConfiguration,
        previous: [ListenerTLS?] = []
    ) throws -> [ListenerTLS?] {
        try listeners.enumerated().map { index, listener in
            let current = index < previous.count ? previous[index] : nil
            guard let new = loaded.configuration.place(of: listener, from: index),
                let configuration = loaded.configuration.listen[new].tls, let certificates = loaded.certificates[new]
            else { return current }
            if let current, current.configuration == configuration, current.certificates == certificates {
                return current
            }
            return try ListenerTLS(configuration, certificates, protocols: listener.protocols)
        }
    }
}
