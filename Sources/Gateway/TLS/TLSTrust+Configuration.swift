import CurlTransport
import GatewayConfig

extension TLSTrust {
    /// The trust that a `tls` section says.
    static func of(_ contents: TLSContents) throws(Problem) -> TLSTrust {
        var certificate: Certificate?
        if let chain = contents.certificate, let key = contents.key {
            certificate = Certificate(chain: chain, key: key.bytes)
        }
        return try of(authorities: contents.authorities, certificate: certificate)
    }
}

extension TLSConfiguration {
    /// Whom servers are believed by, and what they are shown. Contents that can't be used were refused when they were
    /// loaded; were they not, nobody would be believed.
    var trust: TLSTrust { (try? TLSTrust.of(contents)) ?? .nobody }
}

extension IntrospectionConfiguration {
    /// The trust of calls to the endpoints; nil when none of them is reached over TLS.
    var trust: TLSTrust? { endpoints.contains { $0.scheme == .https } ? tls.trust : nil }
}

extension TracingConfiguration {
    /// The trust of calls to the collector; nil when it isn't reached over TLS.
    var trust: TLSTrust? { endpoint.scheme == .https ? tls.trust : nil }

    /// All but what the files of ``tls`` hold, which an exporter that runs can take over.
    var fixed: TracingConfiguration {
        var fixed = self
        fixed.tls.contents = TLSContents()
        return fixed
    }
}
