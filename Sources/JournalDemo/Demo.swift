import NIOCore
import SimpleHTTP

/// The journal backend and the key service, started together.
public enum Demo {
    /// Starts both, and makes one key for each preset of the catalog.
    ///
    /// - Parameters:
    ///   - backendPort: 0 for any free port; likewise `keyServicePort`.
    ///   - client: Who may introspect; nil for anyone.
    /// - Throws: What the system reports, such as an address in use.
    public static func start(
        group: any EventLoopGroup,
        host: String = "127.0.0.1",
        backendPort: Int,
        keyServicePort: Int,
        catalog: DemoScopeCatalog,
        client: KeyService.Client? = nil
    ) async throws -> RunningDemo {
        let keyService = KeyService(client: client, catalog: catalog)
        let backendServer = SimpleHTTPServer(responder: JournalBackend(scopes: catalog))
        let keyServer = SimpleHTTPServer(responder: keyService)
        let boundBackendPort = try await backendServer.start(group: group, host: host, port: backendPort)
        do {
            return RunningDemo(
                backendPort: boundBackendPort,
                keyServicePort: try await keyServer.start(group: group, host: host, port: keyServicePort),
                keys: catalog.presets.reduce(into: [:]) { keys, preset in
                    keys[preset.id] = keyService.issue(name: preset.title, scopes: preset.scopes).key
                },
                keyService: keyService,
                backendServer: backendServer,
                keyServer: keyServer
            )
        } catch {
            await backendServer.shutdown()
            throw error
        }
    }
}

/// A journal backend and a key service that were started.
public struct RunningDemo: Sendable {
    /// The port that the backend listens on.
    public let backendPort: Int
    /// The port that the key service listens on.
    public let keyServicePort: Int
    /// A key for each preset, by the preset's id.
    public let keys: [String: String]
    /// Issues and revokes further keys.
    public let keyService: KeyService
    /// Counts the backend's connections and requests.
    public let backendServer: SimpleHTTPServer
    /// Counts the key service's connections and requests.
    public let keyServer: SimpleHTTPServer

    /// Stops both.
    public func stop() async {
        await backendServer.shutdown()
        await keyServer.shutdown()
    }
}
