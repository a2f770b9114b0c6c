import GatewayConfig
import Testing

@Suite("Diagnostics of listeners")
struct ListenDiagnosticTests {
    /// A listener with TLS, of which these lines are the `tls` section.
    private static func listener(_ tls: String) -> String {
        Fixture.minimal + "listen:\n  - address: 127.0.0.1:8443\n    tls:\n"
            + tls.split(separator: "\n").map { "      \($0)\n" }.joined()
    }

    private static let certificate = "certificates: [{certificate_file: gate.pem, key_file: gate.key}]"

    private static func diagnostics(_ text: String, _ contents: [String: String]) -> [String] {
        var files = MemoryFiles()
        files["scopegate.yaml"] = text
        for (name, content) in contents { files[name] = content }
        return Fixture.diagnostics(files).map { String("\($0)".dropFirst("scopegate.yaml:".count)) }
    }

    /// What is in the listener besides an address of 127.0.0.1:1, and the diagnostics for it.
    @Test(arguments: [
        (
            "mode: '0600'",
            ["3:35: error: listen[0].mode is of Unix sockets that the gateway makes, and 127.0.0.1:1 is none"]
        ),
        (
            "mode: rw",
            [
                "3:35: error: listen[0].mode is of Unix sockets that the gateway makes, and 127.0.0.1:1 is none",
                "3:41: error: listen[0].mode has to be permissions in octal such as \"0660\", but is \"rw\"",
            ]
        ),
        ("reuse_port: 1", ["3:47: error: listen[0].reuse_port has to be true or false, but is \"1\""]),
        ("protocols: []", ["3:46: error: listen[0].protocols is an empty list"]),
        (
            "protocols: [h3]",
            ["3:47: error: listen[0].protocols can't be \"h3\"\n  help: did you mean h2?"]
        ),
        (
            "protocols: [h2, h2]",
            ["3:51: error: listen[0].protocols has h2 twice\n  help: leave one of them out"]
        ),
        ("proxy_protocol: {}", ["3:51: error: listen[0].proxy_protocol.trusted is missing"]),
        (
            "proxy_protocol: {trusted: []}",
            ["3:61: error: listen[0].proxy_protocol.trusted is an empty list, so nobody could connect"]
        ),
        (
            "proxy_protocol: {trusted: [10.0.0.1/8]}",
            ["3:62: error: listen[0].proxy_protocol.trusted: 10.0.0.1/8 has address bits set after its prefix"]
        ),
        ("tls: {}", ["3:40: error: listen[0].tls.certificates is missing"]),
        ("tls: {certificates: []}", ["3:55: error: listen[0].tls.certificates is an empty list"]),
        (
            "tls: {certificates: [{certificate_file: a}]}",
            ["3:56: error: listen[0].tls.certificates[0].key_file is missing"]
        ),
    ])
    func listenersAreChecked(text: String, expected: [String]) {
        let found = Self.diagnostics(Fixture.minimal + "listen: [{address: '127.0.0.1:1', \(text)}]\n", [:])
        #expect(agree(found, expected), "\(found)")
        #expect(found.allSatisfy(tellsAWayOut))
    }

    @Test(arguments: [
        ("unix:", "\"unix:\" has no path"),
        ("unix:/" + String(repeating: "x", count: 107), "the path of a socket can have 107 bytes"),
        ("systemd:", "\"systemd:\" has no name that a socket of systemd can have"),
        ("systemd:a:b", "\"systemd:a:b\" has no name that a socket of systemd can have"),
    ])
    func addressesAreChecked(address: String, expected: String) {
        let found = Self.diagnostics(Fixture.minimal + "listen: [{address: '\(address)'}]\n", [:])
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test func addressesAreRead() throws {
        let text = "listen: [{address: 'unix:run/gate.sock'}, {address: 'systemd:gate.socket'}]\n"
        var files = MemoryFiles()
        files["etc/scopegate.yaml"] = Fixture.minimal + text
        let listeners = try Fixture.load(files, path: "etc/scopegate.yaml").configuration.listen
        #expect(listeners.map(\.address) == [.unix("etc/run/gate.sock"), .systemd("gate.socket")])
        #expect(listeners.allSatisfy { $0.protocols == [.http1] && $0.mode == 0o660 })
    }

    @Test func aUnixSocketIsListenedOnOnce() {
        let found = Self.diagnostics(Fixture.minimal + "listen: [{address: 'unix:a'}, {address: 'unix:a'}]\n", [:])
        #expect(found.count == 1 && found[0].contains("unix:a is listened on twice"), "\(found)")
    }

    // MARK: Certificates

    private static let files = ["gate.pem": "certificate of a.example", "gate.key": "key"]

    @Test func certificatesAreLoaded() throws {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Self.listener(Self.certificate)
        for (name, content) in Self.files { files[name] = content }
        let loaded = try Fixture.load(files)
        #expect(loaded.warnings == [])
        let items = try #require(loaded.certificates.first ?? nil).items
        #expect(items.map(\.facts.names) == [["a.example"]])
        #expect(items.map(\.certificates) == [Array("certificate of a.example".utf8)])
        #expect(loaded.configuration.listen[0].protocols == [.http2, .http1])
        #expect(loaded.configuration.namedFiles == ["gate.pem", "gate.key"])
    }

    /// What the files hold, and what is said of it: the certificate is named in column 41, the key in column 61.
    @Test(
        arguments: [
            (["gate.pem": nil], ["6:41: error: gate.pem can't be read: there is no such file"]),
            (["gate.key": nil], ["6:61: error: gate.key can't be read: there is no such file"]),
            (["gate.pem": "none"], ["6:41: error: gate.pem has no certificate in PEM"]),
            (["gate.pem": "odd"], ["6:41: error: gate.pem can't be used: odd"]),
            (["gate.key": "none"], ["6:61: error: gate.key has no private key in PEM"]),
            (["gate.key": "other"], ["6:61: error: gate.key is not the key of gate.pem"]),
            (
                ["gate.pem": "certificate until 999999999"],
                ["6:41: warning: gate.pem has expired, so clients refuse it"]
            ),
            (
                ["gate.pem": "certificate until 1000000001"],
                ["6:41: warning: gate.pem expires in less than a week"]
            ),
            (
                ["gate.pem": "certificate from 1000000001"],
                ["6:41: warning: gate.pem is not valid yet, so clients refuse it"]
            ),
        ] as [([String: String?], [String])]
    )
    func certificatesAreChecked(changes: [String: String?], expected: [String]) {
        var contents = Self.files
        for (name, content) in changes { contents[name] = content }
        let found = Self.diagnostics(Self.listener(Self.certificate), contents)
        #expect(agree(found, expected), "\(found)")
        #expect(found.allSatisfy(tellsAWayOut))
    }

    @Test func repeatedNamesAreToldOf() {
        let text =
            "certificates: [{certificate_file: gate.pem, key_file: gate.key}, {certificate_file: b, key_file: b}]"
        let found = Self.diagnostics(Self.listener(text), Self.files.merging(["b": "of b.example a.example"]) { $1 })
        #expect(found.count == 1)
        #expect(found[0].contains("warning: b is for a.example, and so is gate.pem, which is the one that is used"))
    }

    @Test(arguments: [
        (
            ["client_certificates: required"],
            "7:7: error: listen[0].tls.client_ca_file is missing: nothing says whose client certificates are good"
        ),
        (
            ["client_ca_file: ca.pem"],
            "7:7: error: listen[0].tls.client_ca_file has no effect: clients aren't asked for certificates"
        ),
        (
            ["forward_client_certificate: true"],
            "7:7: error: listen[0].tls.forward_client_certificate has no effect: clients aren't asked for certificates"
        ),
        (
            ["client_certificates: optional", "client_ca_file: no.pem"],
            "8:23: error: no.pem has no certificates of authorities in PEM"
        ),
    ])
    func authoritiesAreChecked(lines: [String], expected: String) {
        let contents = Self.files.merging(["ca.pem": "authorities", "no.pem": "none"]) { $1 }
        let text = ([Self.certificate] + lines).joined(separator: "\n")
        let found = Self.diagnostics(Self.listener(text), contents)
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
        #expect(found.allSatisfy(tellsAWayOut))
    }
}
