import Testing

extension EndToEndTests {
    /// The rules of the raw-bytes suite over HTTP/2; the cases are in `Tests/HTTP2/cases.py`.
    @Suite("HTTP/2", .enabled(if: OAuthServer.python != nil))
    struct HTTP2Tests {
        @Test func everyCaseIsAsExpected() throws {
            let suite = "\(Repository.root)/Tests/HTTP2/suite.py"
            let result = try ChildProcess.run(#require(OAuthServer.python), [suite, Program.path], within: 120)
            #expect(result.end == .exited(0), "\(result.output)\(result.errors)")
            #expect(result.output.contains(" cases, 0 failed"))
        }
    }
}
