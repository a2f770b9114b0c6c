/// One of Debian's proxies in front of the recording backend, with no rules of its own: what it forwards and refuses is
/// what its reading of HTTP is.
final class PlainProxy: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case nginx
        case haproxy
    }

    let port: Int
    private let child: ChildProcess

    /// A port is chosen by the system, then given to the proxy; should somebody else have taken it between, again.
    init(_ kind: Kind, backendPort: Int) throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("temporary")
        var failure = ""
        for _ in 0..<5 {
            let port = try ScriptedBackend.unusedPort()
            let child = try kind.start(port: port, backendPort: backendPort, in: folder)
            let listens = try waitFor("\(kind) listens") { () -> Bool? in
                if child.end() != nil { return false }
                return (try? TCPSocket(port: port)) == nil ? nil : true
            }
            if listens {
                (self.port, self.child) = (port, child)
                return
            }
            failure = child.errors + child.output + folder.read("error.log")
        }
        throw ChildProcess.StartFailure(description: "\(kind) does not start: \(failure)")
    }

    func stop() { child.kill() }
}

extension PlainProxy.Kind {
    /// The name and version, as the program tells it.
    var version: String {
        get throws {
            let run = try ChildProcess.run("/usr/sbin/\(rawValue)", ["-v"])
            let words = (run.output + run.errors).split { " /-+".contains($0) || $0.isNewline }
            return "\(rawValue) \(words.first { $0.first?.isNumber == true } ?? "")"
        }
    }

    fileprivate func start(port: Int, backendPort: Int, in folder: TemporaryFolder) throws -> ChildProcess {
        let text = configuration(port: port, backendPort: backendPort, folder: folder.path)
        let config = try folder.write("\(rawValue).conf", text)
        let arguments =
            switch self {
            case .nginx: ["-p", folder.path, "-e", folder.file("error.log"), "-c", config]
            case .haproxy: ["-db", "-f", config]
            }
        // Where Debian puts them; not in the PATH of everybody.
        return try ChildProcess("/usr/sbin/\(rawValue)", arguments, in: folder, name: rawValue)
    }

    /// One worker, so that what one connection causes comes before what a later one does; short time-outs; everything
    /// else as it is by default.
    private func configuration(port: Int, backendPort: Int, folder: String) -> String {
        switch self {
        case .nginx:
            """
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
              client_header_timeout 1s;
              client_body_timeout 1s;
              lingering_timeout 1s;
              server {
                listen 127.0.0.1:\(port);
                location / {
                  proxy_pass http://127.0.0.1:\(backendPort);
                  proxy_http_version 1.1;
                  proxy_read_timeout 1s;
                }
              }
            }

            """
        case .haproxy:
            """
            global
              nbthread 1
            defaults
              mode http
              timeout connect 1s
              timeout client 1s
              timeout server 1s
            frontend client
              bind 127.0.0.1:\(port)
              default_backend recorder
            backend recorder
              server recorder 127.0.0.1:\(backendPort)

            """
        }
    }
}
