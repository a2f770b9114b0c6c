import HTTP1
import SimpleHTTP
import Synchronization

/// A key service: `POST /introspect` (RFC 7662), `POST /keys` and `DELETE /keys/{id}`.
public final class KeyService: SimpleResponder {
    /// Who may ask (RFC 7662 §2.1), by HTTP Basic.
    public struct Client: Sendable {
        /// The client's name.
        public var id: String
        /// Its password.
        public var secret: String

        /// A client of this name and password.
        public init(id: String, secret: String) {
            self.id = id
            self.secret = secret
        }
    }

    private let client: Client?
    private let catalog: DemoScopeCatalog
    private let clock: WallClock
    private let store = Mutex(KeyStore())

    /// A key service without keys.
    ///
    /// - Parameters:
    ///   - client: Who may introspect; nil for anyone.
    ///   - catalog: The scopes and presets that `POST /keys` grants.
    public init(client: Client? = nil, catalog: DemoScopeCatalog, clock: WallClock = .system) {
        self.client = client
        self.catalog = catalog
        self.clock = clock
    }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - scopes: What it may do; taken as given.
    ///   - expiresIn: Its life in seconds; nil for one without end. A key whose life is not above 0 is expired.
    public func issue(
        name: String,
        scopes: [String],
        subject: String = "user_demo",
        expiresIn: Int64? = nil
    ) -> IssuedKey {
        let now = clock.now()
        return store.withLock { store in
            store.issue(name: name, scopes: scopes, subject: subject, expiresAt: expiresIn.map { now + $0 })
        }
    }

    /// Ends a key.
    ///
    /// - Returns: Whether there is such a key.
    @discardableResult
    public func revoke(id: String) -> Bool {
        store.withLock { $0.revoke(id: id) }
    }

    /// How often a key of that id was asked for.
    public func introspectionCount(ofKey id: String) -> Int {
        store.withLock { $0.introspectionCount(id: id) }
    }

    /// How often any key was asked for, unknown ones included.
    public var introspectionCount: Int {
        store.withLock { $0.introspectionCount }
    }

    /// Answers a request.
    public func respond(to request: SimpleRequest) -> SimpleResponse {
        let segments = request.pathSegments
        var response =
            switch segments.count {
            case 1 where segments[0] == "introspect": introspect(request)
            case 1 where segments[0] == "keys": create(request)
            case 2 where segments[0] == "keys": delete(request, id: String(segments[1]))
            default: JournalError.noSuchPath.response
            }
        response.fields.append(("Cache-Control", "no-store"))
        return response
    }

    private func introspect(_ request: SimpleRequest) -> SimpleResponse {
        guard request.method == .post else { return JournalError.methodNotAllowed(allow: "POST").response }
        if let client {
            guard let credentials = request.field("Authorization").flatMap(BasicCredentials.init(authorization:)),
                credentials.match(client)
            else {
                // The form of RFC 6749 §5.2.
                return .json(
                    401,
                    ["error": "invalid_client"],
                    fields: [("WWW-Authenticate", "Basic realm=\"introspection\"")]
                )
            }
        }
        guard request.mediaType == "application/x-www-form-urlencoded",
            let form = FormDecoder.decode(String(decoding: request.body, as: UTF8.self)),
            Set(form.map(\.name)).count == form.count, let token = form.first(where: { $0.name == "token" })?.value,
            !token.isEmpty
        else {
            // No parameter may be there twice (RFC 6749 §3.2).
            return .json(400, ["error": "invalid_request"])
        }
        let now = clock.now()
        guard let key = store.withLock({ $0.introspect(token, at: now) }) else {
            // RFC 7662 §2.2: nothing but this, whatever is wrong with the key.
            return .json(200, ["active": false])
        }
        return .json(200, Self.introspection(of: key))
    }

    /// What a good key may do (RFC 7662 §2.2).
    private static func introspection(of key: IssuedKey) -> JSONValue {
        var members: [String: JSONValue] = [
            "active": true,
            "scope": .string(key.scopes.joined(separator: " ")),
            "client_id": "journal-demo",
            "key_id": .string(key.id),
            "sub": .string(key.subject),
        ]
        members["exp"] = key.expiresAt.map { .integer($0) }
        return .object(members)
    }

    private func create(_ request: SimpleRequest) -> SimpleResponse {
        guard request.method == .post else { return JournalError.methodNotAllowed(allow: "POST").response }
        // A page in a browser can't send this type without being asked by the browser for a permission never given.
        guard request.mediaType == "application/json" else {
            return JournalError.unsupportedMediaType("application/json").response
        }
        let order: KeyOrder
        do throws(JournalError) {
            order = try KeyOrder(parsing: request.body, catalog: catalog)
        } catch {
            return error.response
        }
        let key = issue(name: order.name, scopes: order.scopes, expiresIn: order.expiresIn)
        return .json(
            201,
            [
                "id": .string(key.id), "key": .string(key.key), "name": .string(key.name),
                "scopes": .array(key.scopes.map { .string($0) }),
                "expires_at": key.expiresAt.map { .string(Timestamp(seconds: $0).text) } ?? nil,
            ],
            fields: [("Location", "/keys/\(key.id)")]
        )
    }

    private func delete(_ request: SimpleRequest, id: String) -> SimpleResponse {
        guard request.method == .delete else { return JournalError.methodNotAllowed(allow: "DELETE").response }
        guard revoke(id: id) else {
            return .error(404, code: "not_found", message: "There is no key of this id.")
        }
        return SimpleResponse(status: 204)
    }
}
