import Foundation
import Testing

/// Debian's nginx as a backend, in a folder of its own: files below `/open/files/` to read and to PUT, and answers
/// without a body.
final class NginxBackend: Sendable {
    let folder: TemporaryFolder
    let port: Int
    private let child: ChildProcess

    /// A port is chosen by the system, then given to nginx; should somebody else have taken it between, again.
    ///
    /// - Parameters:
    ///   - certificate: The files of the certificate and its key, to serve HTTPS.
    ///   - tls: Further directives of the server.
    ///   - clientAuthority: The file of the authority whose certificates clients have to show.
    ///   - wanted: The port of one that was stopped, which it takes the place of.
    init(
        certificate: (chain: String, key: String)? = nil,
        clientAuthority: String? = nil,
        tls: String = "",
        port wanted: Int? = nil
    ) throws {
        let folder = try TemporaryFolder()
        for name in ["root/open/files", "temporary"] { try folder.makeFolder(name) }
        var failure = ""
        for _ in 0..<5 {
            let port = try wanted ?? ScriptedBackend.unusedPort()
            let text = Self.configuration(port, folder.path, certificate, clientAuthority, tls)
            let config = try folder.write("nginx.conf", text)
            let child = try ChildProcess(
                Self.program,
                ["-p", folder.path, "-e", folder.file("error.log"), "-c", config],
                in: folder,
                name: "nginx"
            )
            let listens = try waitFor("nginx listens") { () -> Bool? in
                if child.end() != nil { return false }
                return (try? TCPSocket(port: port)) == nil ? nil : true
            }
            if listens {
                (self.folder, self.port, self.child) = (folder, port, child)
                return
            }
            failure = child.errors + folder.read("error.log")
        }
        throw ChildProcess.StartFailure(description: "nginx does not start: \(failure)")
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// The same on a Unix socket, without TLS.
    var unixURL: String { "unix:\(folder.file("nginx.sock"))" }

    /// The path of a file that `/open/files/NAME` stands for.
    func file(_ name: String) -> String { folder.file("root/open/files/\(name)") }

    func stop() { child.kill() }

    /// Where Debian puts it; not in the PATH of everybody.
    private static let program = "/usr/sbin/nginx"

    private static func configuration(
        _ port: Int,
        _ folder: String,
        _ certificate: (chain: String, key: String)?,
        _ clientAuthority: String?,
        _ more: String
    ) -> String {
        var tls = certificate.map { "ssl_certificate \($0.chain); ssl_certificate_key \($0.key);" } ?? ""
        tls += more
        if let clientAuthority { tls += " ssl_verify_client on; ssl_client_certificate \(clientAuthority);" }
        return """
            daemon off;
            master_process off;
            worker_processes 1;
            pid \(folder)/nginx.pid;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path \(folder)/temporary/body;
              proxy_temp_path \(folder)/temporary/proxy;
              fastcgi_temp_path \(folder)/temporary/fastcgi;
              uwsgi_temp_path \(folder)/temporary/uwsgi;
              scgi_temp_path \(folder)/temporary/scgi;
              client_max_body_size 0;
              server {
                listen 127.0.0.1:\(port)\(certificate == nil ? "" : " ssl");
                listen unix:\(folder)/nginx.sock;
                \(tls)
                root \(folder)/root;
                location /open/files/ { dav_methods PUT; }
                location = /open/tls { return 200 "$ssl_server_name $ssl_client_verify $ssl_client_s_dn"; }
                location = /open/session { return 200 "$ssl_protocol $ssl_session_reused"; }
                location = /open/204 { return 204; }
                location = /open/304 { return 304; }
                location = /open/empty { return 200; }
              }
            }
            """
    }
}

/// Runs a test with a gateway in front of nginx.
func withNginx(_ body: (GatewayProcess, NginxBackend) async throws -> Void) async throws {
    let nginx = try NginxBackend()
    defer { nginx.stop() }
    var settings = GatewaySettings(upstream: nginx.url)
    settings.routes = GatewaySettings.openRoutes
    try await withGateway(settings) { try await body($0, nginx) }
}
