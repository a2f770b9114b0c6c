import HTTP1
import JournalDemo
import NIOPosix
import SimpleHTTP

/// A journal backend and a key service for as long as a test runs.
struct JournalServers: Sendable {
    let backend: SimpleHTTPServer
    let backendPort: Int
    let keys: KeyService
    let keyServer: SimpleHTTPServer
    let keyPort: Int

    static let secret = "s3cret of the/test:client+%"

    var settings: GatewaySettings {
        GatewaySettings(
            upstream: "http://127.0.0.1:\(backendPort)",
            introspection: "http://127.0.0.1:\(keyPort)/introspect",
            introspectionSecret: Self.secret
        )
    }

    /// A key with these scopes.
    func key(_ scopes: [String], expiresIn: Int64? = nil) -> String {
        keys.issue(name: "test", scopes: scopes, expiresIn: expiresIn).key
    }
}

/// Runs a test with a journal and a key service, or with another responder in the journal's place.
func withJournal<Result>(
    responder: (any SimpleResponder)? = nil,
    _ body: (JournalServers) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let keys = KeyService(
        client: .init(id: GatewaySettings.introspectionClient, secret: JournalServers.secret),
        catalog: DemoScopeCatalog()
    )
    let backend = SimpleHTTPServer(responder: responder ?? JournalBackend(scopes: DemoScopeCatalog()))
    let keyServer = SimpleHTTPServer(responder: keys)
    let servers = JournalServers(
        backend: backend,
        backendPort: try await backend.start(group: group, port: 0),
        keys: keys,
        keyServer: keyServer,
        keyPort: try await keyServer.start(group: group, port: 0)
    )
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(servers)) } catch { result = .failure(error) }
    await backend.shutdown()
    await keyServer.shutdown()
    try await group.shutdownGracefully()
    return try result.get()
}

/// Answers by a closure.
struct ClosureResponder: SimpleResponder {
    let answer: @Sendable (SimpleRequest) -> SimpleResponse

    func respond(to request: SimpleRequest) -> SimpleResponse { answer(request) }
}
