import CurlTransport
import Foundation
import Testing

/// What stands in the environment and in the user's home is nothing to the gateway. The tests run in processes of their
/// own, for the environment is the process's.
@Suite("Environment", .timeLimit(.minutes(5)))
struct EnvironmentTests {
    /// CVE-2016-5385.
    @Test func proxiesAreIgnored() async {
        await #expect(processExitsWith: .success) {
            let (descriptor, port) = try Loopback.bound()
            defer { close(descriptor) }
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:\(port)", 1)
            }
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            try await TransferFixture.with { _, peer in
                try peer.answer("200 OK", body: "direct".utf8)
            } _: { fixture in
                let response = try await fixture.transfer().get()
                try require(response.body == Array("direct".utf8), "an answer")
                try require(fixture.requests.first?.requestLine == "GET /introspect?a=b HTTP/1.1", "origin-form")
            }
            try await PoolFixture.with {
                $0.waitForEnd()
            } _: { fixture in
                _ = try await fixture.connect()
            }
        }
    }

    @Test func netrcIsIgnored() async {
        await #expect(processExitsWith: .success) {
            let home = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: home) }
            let text = "machine 127.0.0.1 login somebody password secret\ndefault login other password secret\n"
            try Data(text.utf8).write(to: home.appending(path: ".netrc"))
            try Data("user = \"somebody:secret\"\n".utf8).write(to: home.appending(path: ".curlrc"))
            setenv("HOME", home.path(), 1)
            try await TransferFixture.with { _, peer in
                try peer.answer("200 OK", body: "".utf8)
            } _: { fixture in
                _ = try await fixture.transfer().get()
                try require(fixture.requests.first?.field("authorization") == nil, "no credentials")
            }
        }
    }
}

/// Ends a process of an exit test when something isn't as it has to be.
func require(_ condition: Bool, _ what: String) throws {
    guard condition else { throw PeerError(description: "not as it has to be: \(what)") }
}
