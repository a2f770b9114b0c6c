import JournalDemo
import NIOPosix
import SimpleHTTP

/// 2026-01-15T12:00:00Z, a Thursday.
let noon = WallClock { 1_768_478_400 }

let smallCatalog = DemoScopeCatalog(
    scopes: [
        .init(name: "read:trades", description: "Read trades."),
        .init(name: "write:trades", description: "Write trades."),
        .init(name: "read:catalog", description: "Read the catalog.", isAutomatic: true),
        .init(name: "read:settings", description: "Reserved.", isReserved: true),
    ],
    presets: [.init(id: "read-everything", title: "Read everything", scopes: ["read:trades", "read:catalog"])]
)

/// Runs a server for as long as a test uses it.
func withServer<Result>(
    _ responder: any SimpleResponder,
    limits: SimpleHTTPServer.Limits = .init(),
    _ use: (SimpleHTTPServer, LoopbackClient) async throws -> Result
) async throws -> Result {
    let server = SimpleHTTPServer(responder: responder, limits: limits, clock: noon)
    let port = try await server.start(group: MultiThreadedEventLoopGroup.singleton, port: 0)
    do {
        let result = try await use(server, LoopbackClient(port: port))
        await server.shutdown()
        return result
    } catch {
        await server.shutdown()
        throw error
    }
}

/// Runs a journal, seeded at noon, for as long as a test uses it.
func withJournal<Result>(_ use: (LoopbackClient) async throws -> Result) async throws -> Result {
    try await withServer(JournalBackend(scopes: smallCatalog, clock: noon)) { _, client in try await use(client) }
}
