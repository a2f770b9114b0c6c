import Foundation
import Testing

/// A certificate authority, and certificates by it; the first, `server.pem` with `server.key`, is for 127.0.0.1.
struct CertificateAuthority {
    let folder: TemporaryFolder
    var certificate: String { folder.file("ca.pem") }

    init() throws {
        folder = try TemporaryFolder()
        try openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=e2e-ca")
        try issue("server", for: "IP:127.0.0.1")
    }

    /// Makes a certificate and its key, `NAME.pem` and `NAME.key`.
    ///
    /// - Parameter names: What it is for, as `DNS:a.example`.
    func issue(_ name: String, for names: String, days: Int = 30) throws {
        try folder.write("extensions", "subjectAltName = \(names)\n")
        try openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name)"
        )
        try openssl(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -out \(name).pem -days \(days) "
                + "-extfile extensions"
        )
    }

    /// Both of a certificate's files, as members of a list of the configuration.
    func files(_ name: String) -> String {
        "{certificate_file: '\(folder.file("\(name).pem"))', key_file: '\(folder.file("\(name).key"))'}"
    }

    private func openssl(_ arguments: String) throws {
        let result = try ChildProcess.run("sh", ["-c", "cd '\(folder.path)' && openssl \(arguments)"])
        try #require(result.end == .exited(0), "\(result.errors)")
    }
}
