import RouteMap

/// Reads the certificate files of listeners and says what is wrong with them, where they are named.
struct CertificateLoader<Files: FileReading> {
    /// How long before its end a certificate is warned about, in seconds.
    private static var warningTime: Int64 { 7 * 86_400 }

    let log: DiagnosticLog
    let files: Files
    let inspector: any CertificateInspecting

    /// The certificates of a `tls` section; `nil` after errors were logged.
    func certificates(
        _ configuration: ListenTLSConfiguration,
        at places: ListenTLSPlaces
    ) -> ListenerCertificates? {
        let items = zip(configuration.certificates, places.certificates).map { item($0, at: $1) }
        let known = items.compactMap(\.self)
        warnOfRepeatedNames(known, places)
        var authorities: [UInt8]?
        if let path = configuration.clientCAFile, let place = places.clientCA {
            authorities = self.authorities(path, at: place)
            if authorities == nil { return nil }
        }
        guard known.count == items.count else { return nil }
        return ListenerCertificates(items: known, clientAuthorities: authorities)
    }

    /// Checks whom servers are believed by and what they are shown; what is wrong is logged.
    func check(_ named: NamedTrust) {
        let tls = named.configuration
        var shown = ListenTLSConfiguration.Certificate(certificateFile: "", keyFile: "")
        if let certificate = tls.certificateFile, let key = tls.keyFile {
            shown = .init(certificateFile: certificate, keyFile: key)
            guard item(shown, at: named.certificate, refusedBy: "servers") != nil else { return }
        }
        do {
            try inspector.inspect(trust: tls.contents)
        } catch .noAuthorities {
            reportNoAuthorities(tls.caFile ?? "", at: named.authorities)
        } catch {
            report(error, shown, at: named.certificate)
        }
    }

    private func item(
        _ certificate: ListenTLSConfiguration.Certificate,
        at place: ListenTLSPlaces.Certificate,
        refusedBy peers: String = "clients"
    ) -> ListenerCertificates.Item? {
        guard let chain = read(certificate.certificateFile, at: place.certificate),
            let key = read(certificate.keyFile, at: place.key)
        else { return nil }
        do {
            let facts = try inspector.inspect(certificates: chain, key: key)
            warnOfAge(facts, certificate.certificateFile, at: place.certificate, refusedBy: peers)
            return .init(file: certificate.certificateFile, certificates: chain, key: key, facts: facts)
        } catch {
            report(error, certificate, at: place)
            return nil
        }
    }

    private func report(
        _ problem: CertificateProblem,
        _ certificate: ListenTLSConfiguration.Certificate,
        at place: ListenTLSPlaces.Certificate
    ) {
        switch problem {
        case .noCertificate:
            log.error(
                "\(certificate.certificateFile) has no certificate in PEM",
                at: place.certificate,
                help: "it has to begin with -----BEGIN CERTIFICATE-----, the server's own certificate first"
            )
        case .noKey:
            log.error(
                "\(certificate.keyFile) has no private key in PEM",
                at: place.key,
                help: "it has to be a key without a password, such as openssl genpkey writes"
            )
        case .keyMismatch:
            log.error(
                "\(certificate.keyFile) is not the key of \(certificate.certificateFile)",
                at: place.key,
                help: "give the key with which the certificate was asked for"
            )
        case .noAuthorities: reportNoAuthorities(certificate.certificateFile, at: place.certificate)
        case .unusable(let reason):
            log.error(
                "\(certificate.certificateFile) can't be used: \(reason)",
                at: place.certificate,
                help: "openssl x509 -noout -text shows what is in it"
            )
        }
    }

    private func warnOfAge(
        _ facts: CertificateFacts,
        _ file: String,
        at position: SourcePosition,
        refusedBy peers: String
    ) {
        let now = inspector.now
        let help = "get a new one; its file is loaded again when it changes"
        if facts.notAfter < now {
            log.warning("\(file) has expired, so \(peers) refuse it", at: position, help: help)
        } else if facts.notBefore > now {
            log.warning(
                "\(file) is not valid yet, so \(peers) refuse it",
                at: position,
                help: "see whether this machine's clock is right"
            )
        } else if facts.notAfter - now < Self.warningTime {
            log.warning("\(file) expires in less than a week", at: position, help: help)
        }
    }

    /// The first certificate of a name is the one that its clients get.
    private func warnOfRepeatedNames(_ items: [ListenerCertificates.Item], _ places: ListenTLSPlaces) {
        guard items.count == places.certificates.count else { return }
        var seen: [String: String] = [:]
        for (item, place) in zip(items, places.certificates) {
            for name in item.facts.names {
                if let first = seen[name] {
                    log.warning(
                        "\(item.file) is for \(name), and so is \(first), which is the one that is used",
                        at: place.certificate,
                        help: "leave one of them out"
                    )
                } else {
                    seen[name] = item.file
                }
            }
        }
    }

    private func authorities(_ path: String, at position: SourcePosition) -> [UInt8]? {
        guard let bytes = read(path, at: position) else { return nil }
        do {
            try inspector.inspect(authorities: bytes)
            return bytes
        } catch {
            reportNoAuthorities(path, at: position)
            return nil
        }
    }

    private func reportNoAuthorities(_ path: String, at position: SourcePosition) {
        log.error(
            "\(path) has no certificates of authorities in PEM",
            at: position,
            help: "it has to have one -----BEGIN CERTIFICATE----- for each authority"
        )
    }

    private func read(_ path: String, at position: SourcePosition) -> [UInt8]? {
        do {
            return try files.read(path, limit: FileLimit.certificates)
        } catch {
            log.error(
                "\(path) can't be read: \(error)",
                at: position,
                help: "paths are relative to the file that names them; the gateway's user has to be able to read it"
            )
            return nil
        }
    }
}

/// Where the files of a `tls` section are named.
struct ListenTLSPlaces {
    struct Certificate {
        var certificate: SourcePosition
        var key: SourcePosition
    }

    var certificates: [Certificate] = []
    var clientCA: SourcePosition?
}

/// A `tls` section of what the gateway connects to, and where its files are named.
struct NamedTrust {
    var configuration: TLSConfiguration
    var authorities: SourcePosition
    var certificate: ListenTLSPlaces.Certificate
}
