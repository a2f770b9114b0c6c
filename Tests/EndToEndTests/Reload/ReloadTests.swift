import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("Reload")
    struct ReloadTests {
        /// A gateway whose files stand in a folder of the test's own.
        private struct Fixture {
            let folder: TemporaryFolder
            let gateway: GatewayProcess

            init(reload: String) throws {
                folder = try TemporaryFolder()
                try folder.write("live.yaml", Self.map("/one"))
                gateway = try GatewayProcess(
                    GatewaySettings(
                        upstream: "http://127.0.0.1:1",
                        rest: ["routes: \(folder.file("live.yaml"))", "reload: {\(reload)}"]
                    )
                )
            }

            static func map(_ path: String) -> String {
                "version: 1\nroutes:\n  \(path):\n    GET: read:trades\n"
            }

            /// The path that is mapped now, of `/one` and `/two`, and the generation that says so.
            func mapped(_ path: String) throws -> (isMapped: Bool, generation: String?) {
                let response = try gateway.exchange("GET", path)
                return (response.status == 401, response.field("X-Scopegate-Generation"))
            }

            func admin(_ method: String, _ path: String, _ fields: [String] = []) throws -> RawResponse {
                try gateway.admin(method, path, fields: fields)
            }

            /// Waits until a path is mapped, by every loop: the admin listener tells of a map that all of them have.
            func waitUntilMapped(_ path: String) throws {
                try waitUntil("\(path) is mapped") {
                    try admin("GET", "/routes").text.contains("\"template\":\"\(path)\"")
                }
                #expect(try mapped(path).isMapped)
            }
        }

        @Test func byTheAdminListener() throws {
            let fixture = try Fixture(reload: "watch: false, generation_header: true")
            defer { fixture.gateway.child.kill() }
            let before = try fixture.mapped("/one")
            #expect(before.isMapped && before.generation == "1")
            try fixture.folder.write("live.yaml", Fixture.map("/two"))
            let answer = try fixture.admin("POST", "/reload")
            #expect(answer.status == 200 && answer.text.contains("\"number\":2"), "\(answer.text)")
            // The answer comes when every loop has the new map: both of them are asked.
            for _ in 0..<8 {
                let after = try fixture.mapped("/two")
                #expect(after.isMapped && after.generation == "2")
            }
            #expect(try fixture.admin("GET", "/routes").text.contains("\"template\":\"/two\""))
            #expect(try fixture.admin("GET", "/reload").status == 405)
            #expect(try fixture.admin("POST", "/reload", ["Sec-Fetch-Site: cross-site"]).status == 403)
            #expect(try fixture.gateway.terminate() == .exited(0))
        }

        @Test func ofABadFileChangesNothing() throws {
            let fixture = try Fixture(reload: "watch: false, generation_header: true")
            defer { fixture.gateway.child.kill() }
            try fixture.folder.write("live.yaml", Fixture.map("/two").replacing("read:trades", with: "read:trade"))
            let answer = try fixture.admin("POST", "/reload")
            #expect(answer.status == 422 && answer.text.contains("\"line\":4,\"column\":10"), "\(answer.text)")
            #expect(answer.text.contains("did you mean read:trades?"))
            let after = try fixture.mapped("/one")
            #expect(after.isMapped && after.generation == "1")
            let metrics = try fixture.admin("GET", "/metrics").text
            #expect(metrics.contains("scopegate_reloads_total{way=\"admin\",result=\"failure\"} 1\n"))
            #expect(metrics.contains("scopegate_last_reload_success 0\n"))
            #expect(metrics.contains("scopegate_route_map_generation 1\n"))
            #expect(fixture.gateway.log.contains("live.yaml:4:10: error: "))
        }

        @Test func bySIGHUP() throws {
            let fixture = try Fixture(reload: "watch: false")
            defer { fixture.gateway.child.kill() }
            try fixture.folder.write("live.yaml", Fixture.map("/two"))
            fixture.gateway.child.signal(SIGHUP)
            try fixture.waitUntilMapped("/two")
        }

        @Test(arguments: ["in place", "rename", "again", "link"])
        func byWatchingTheFile(how: String) throws {
            let fixture = try Fixture(reload: "watch: true")
            defer { fixture.gateway.child.kill() }
            let live = fixture.folder.file("live.yaml")
            let manager = FileManager.default
            for path in ["/two", "/one"] {
                switch how {
                case "in place":
                    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: live))
                    try file.truncate(atOffset: 0)
                    let map = Data(Fixture.map(path).utf8)
                    try file.write(contentsOf: map.prefix(20))
                    #expect(try !fixture.mapped(path).isMapped)
                    try file.write(contentsOf: map.dropFirst(20))
                    try file.close()
                case "rename":
                    try fixture.folder.write("new.yaml", Fixture.map(path))
                    #expect(rename(fixture.folder.file("new.yaml"), live) == 0)
                case "again":
                    try manager.removeItem(atPath: live)
                    try fixture.folder.write("live.yaml", Fixture.map(path))
                default:
                    // As Kubernetes mounts a ConfigMap: live.yaml → ..data/live.yaml, ..data → a folder.
                    let name = "..version" + path.dropFirst()
                    let version = fixture.folder.file(name)
                    try manager.createDirectory(atPath: version, withIntermediateDirectories: true)
                    try Data(Fixture.map(path).utf8).write(to: URL(fileURLWithPath: version + "/live.yaml"))
                    #expect(symlink(name, fixture.folder.file("..tmp")) == 0)
                    #expect(rename(fixture.folder.file("..tmp"), fixture.folder.file("..data")) == 0)
                    #expect(symlink("..data/live.yaml", fixture.folder.file("..live")) == 0)
                    #expect(rename(fixture.folder.file("..live"), live) == 0)
                }
                try fixture.waitUntilMapped(path)
            }
            #expect(!fixture.gateway.log.contains("reload failed"), "\(fixture.gateway.log)")
        }

        /// A configuration that is refused for a file that it lacks is loaded when the file comes.
        @Test func filesOfARefusedConfigurationAreWatched() throws {
            let fixture = try Fixture(reload: "watch: true")
            defer { fixture.gateway.child.kill() }
            let folder = fixture.folder
            let text = try String(contentsOfFile: fixture.gateway.configurationPath, encoding: .utf8)
            let (live, later) = (folder.file("live.yaml"), folder.file("later.yaml"))
            try Data(text.replacing(live, with: later).utf8)
                .write(to: URL(fileURLWithPath: fixture.gateway.configurationPath))
            try waitUntil("the configuration is refused") {
                fixture.gateway.log.contains("can't be read: there is no such file")
            }
            try folder.write("later.yaml", Fixture.map("/two"))
            try fixture.waitUntilMapped("/two")
        }

        /// A file that is closed before it is whole is loaded as what it says by then: what is no map changes nothing,
        /// and one that ends between two routes maps less. The rest comes with the next close.
        @Test func halfWrittenFilesAreLoadedForWhatTheySay() throws {
            let fixture = try Fixture(reload: "watch: true")
            defer { fixture.gateway.child.kill() }
            let whole = Fixture.map("/one") + "  /two:\n    GET: read:trades\n"
            try fixture.folder.write("live.yaml", String(whole.prefix(whole.count - 5)))
            _ = try waitFor("the broken file is refused", within: 10) {
                fixture.gateway.log.contains("live.yaml:6:10: error: ") ? true : nil
            }
            #expect(try fixture.mapped("/one").isMapped)
            #expect(try !fixture.mapped("/two").isMapped)
            try fixture.folder.write("live.yaml", Fixture.map("/three"))
            try fixture.waitUntilMapped("/three")
            #expect(try !fixture.mapped("/one").isMapped)
            try fixture.folder.write("live.yaml", whole)
            try fixture.waitUntilMapped("/two")
        }

        /// Files of certificates are watched as well.
        @Test func certificateAuthoritiesAreWatched() throws {
            let (authority, other) = (try CertificateAuthority(), try CertificateAuthority())
            let authorities = authority.certificate
            let settings = GatewaySettings(
                upstream: "https://127.0.0.1:1",
                upstreamOptions: ["tls: {ca_file: \(authorities)}"],
                routes: Fixture.map("/one")
            )
            let gateway = try GatewayProcess(settings)
            defer { gateway.child.kill() }
            #expect(rename(other.certificate, authorities) == 0)
            _ = try waitFor("the change is seen", within: 10) {
                try gateway.admin("GET", "/routes").text.contains("\"number\":2") ? true : nil
            }
            try FileManager.default.removeItem(atPath: authorities)
            _ = try waitFor("the missing file is told", within: 10) {
                gateway.log.contains("upstream.tls.ca_file: \(authorities) can't be read: there is no such file")
                    ? true : nil
            }
        }

        @Test func tellsHowOldTheMapIsAndHowItCame() throws {
            let fixture = try Fixture(reload: "watch: false")
            defer { fixture.gateway.child.kill() }
            let before = try fixture.admin("GET", "/metrics").text
            #expect(before.contains("way=\"start\"} 1\n") && before.contains("scopegate_route_map_age_seconds "))
            #expect(try fixture.admin("POST", "/reload").status == 200)
            try fixture.folder.write("live.yaml", "version: 1\n")
            #expect(try fixture.admin("POST", "/reload").status == 422)
            let metrics = try fixture.admin("GET", "/metrics").text
            #expect(metrics.contains("way=\"admin\"} 1\n"))
            struct Record: Decodable {
                var event: String
                var outcome: String?
                var generation: UInt64?
                var digest: String?
                var trigger: String?
                var problem: String?
            }
            #expect(try fixture.gateway.terminate() == .exited(0))
            let records = try fixture.gateway.auditText.split(separator: "\n")
                .map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }.filter { $0.event == "reload" }
            #expect(records.map(\.outcome) == ["applied", "refused"] && records.map(\.generation) == [2, 2])
            #expect(records.allSatisfy { $0.digest?.count == 64 && $0.trigger == "admin" })
            #expect(
                records[0].digest == records[1].digest && records[1].problem?.contains("live.yaml:1:1: error: ") == true
            )
        }
    }
}
