import Foundation
import Testing

/// An authorization server that others wrote; its script is beside this file.
enum OAuthProduct: String, CaseIterable, Sendable {
    /// django-oauth-toolkit; the gateway asks it by HTTP Basic.
    case django
    /// Authlib; the gateway asks it with a bearer token.
    case authlib

    var paths: (token: String, revocation: String, introspection: String) {
        switch self {
        case .django: ("/o/token/", "/o/revoke_token/", "/o/introspect/")
        case .authlib: ("/token", "/revoke", "/introspect")
        }
    }
}

/// One that runs. It is killed with the last reference to it.
final class OAuthServer: Sendable {
    /// A Python that has the products installed; nil where nobody says so.
    static let python = ProcessInfo.processInfo.environment["SCOPEGATE_TEST_PYTHON"]

    private static let issuer = (id: "issuer", secret: "s3cret-of-the-issuer")

    let product: OAuthProduct
    let port: Int
    private let folder: TemporaryFolder
    private let child: ChildProcess

    /// - Parameter lifetime: That of its tokens, in seconds.
    init(_ product: OAuthProduct, lifetime: Int) throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            #require(Self.python),
            ["\(Repository.root)/Tests/EndToEndTests/OAuth/\(product)_server.py", folder.path, "\(lifetime)"],
            environment: [
                "ISSUER_ID": Self.issuer.id, "ISSUER_SECRET": Self.issuer.secret,
                "GATEWAY_ID": GatewaySettings.introspectionClient, "GATEWAY_SECRET": JournalServers.secret,
            ],
            in: folder,
            name: "\(product)"
        )
        port = try waitFor("\(product) is ready", within: 60) {
            if let end = child.end() {
                throw ChildProcess.StartFailure(description: "\(product) ended, \(end): \(child.errors)")
            }
            let line = child.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first
            return line.flatMap { $0.hasPrefix("ready ") ? Int($0.dropFirst(6)) : nil }
        }
        (self.product, self.folder, self.child) = (product, folder, child)
    }

    func stop() { child.kill() }

    /// A new access token, by the client credentials grant (RFC 6749 §4.4).
    func issue(_ scopes: String) throws -> String {
        struct Token: Decodable {
            var access_token: String
            var scope: String
        }
        let response = try post(
            product.paths.token,
            "grant_type=client_credentials&scope=\(scopes.replacing(" ", with: "+"))"
        )
        try #require(response.status == 200, "\(response.text)")
        let token = try JSONDecoder().decode(Token.self, from: Data(response.body))
        try #require(token.scope == scopes)
        return token.access_token
    }

    /// Revokes a token (RFC 7009).
    func revoke(_ token: String) throws {
        let response = try post(product.paths.revocation, "token=\(token)")
        try #require(response.status == 200, "\(response.text)")
    }

    private func post(_ path: String, _ form: String) throws -> RawResponse {
        let credentials = Data("\(Self.issuer.id):\(Self.issuer.secret)".utf8).base64EncodedString()
        return try RawClient(port: port).exchange(
            "POST",
            path,
            fields: ["Authorization: Basic \(credentials)", "Content-Type: application/x-www-form-urlencoded"],
            body: Array(form.utf8)
        )
    }

    /// The settings of a gateway in front of a journal that asks this server.
    ///
    /// - Parameter secret: What the gateway says who it is by.
    func settings(
        of servers: JournalServers,
        secret: String = JournalServers.secret,
        cache: String
    ) throws -> GatewaySettings {
        var settings = servers.settings
        settings.introspection = "http://127.0.0.1:\(port)\(product.paths.introspection)"
        settings.introspectionOptions = ["timeout: 10s", "cache: {\(cache)}"]
        switch product {
        case .django: settings.introspectionSecret = secret
        case .authlib:
            settings.introspectionSecret = nil
            let file = try folder.write("gateway-secret", secret + "\n")
            settings.introspectionOptions.append("client: {bearer: {file: '\(file)'}}")
        }
        return settings
    }
}

/// Runs a test with an authorization server, and a journal that a gateway may be put in front of.
func withOAuthServer(
    _ product: OAuthProduct,
    lifetime: Int = 3600,
    _ body: (OAuthServer, JournalServers) async throws -> Void
) async throws {
    let server = try OAuthServer(product, lifetime: lifetime)
    defer { server.stop() }
    try await withJournal { try await body(server, $0) }
}
