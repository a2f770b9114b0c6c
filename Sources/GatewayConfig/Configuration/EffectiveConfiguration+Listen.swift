extension EffectiveConfiguration {
    static func listener(_ listener: ListenConfiguration) -> [String] {
        var lines = ["  - address: \(quoted("\(listener.address)"))"]
        if case .unix = listener.address {
            let digits = String(listener.mode, radix: 8)
            lines.append("    mode: '\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)'")
        }
        if case .socket = listener.address { lines.append("    reuse_port: \(listener.reusePort)") }
        if let trusted = listener.proxyProtocol { lines.append("    proxy_protocol: {trusted: [\(list(trusted))]}") }
        lines.append("    protocols: [\(listener.protocols.map(\.rawValue).list)]")
        if let hosts = listener.hosts { lines.append("    hosts: [\(list(hosts))]") }
        return lines + (listener.tls.map(tls) ?? [])
    }

    private static func tls(_ tls: ListenTLSConfiguration) -> [String] {
        var lines = ["    tls:", "      certificates:"]
        lines += tls.certificates.map { certificate in
            "        - {certificate_file: \(quoted(certificate.certificateFile)), "
                + "key_file: \(quoted(certificate.keyFile))}"
        }
        lines += [
            "      min_version: '\(tls.minVersion.rawValue)'",
            "      client_certificates: \(tls.clientCertificates.rawValue)",
        ]
        if let file = tls.clientCAFile { lines.append("      client_ca_file: \(quoted(file))") }
        lines.append("      forward_client_certificate: \(tls.forwardsClientCertificate)")
        return lines + ["      handshake_timeout: \(tls.handshakeTimeout.configurationText)"]
    }

    static func list(_ peers: TrustedPeers) -> String {
        peers.items.map { "'\($0)'" }.list
    }
}
