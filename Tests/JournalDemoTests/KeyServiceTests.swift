import Foundation
import JournalDemo
import SimpleHTTP
import Synchronization
import Testing

@Suite("The key service", .timeLimit(.minutes(5)))
struct KeyServiceTests {
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")
    private static let client = KeyService.Client(id: "scopegate", secret: "s3cret:+%")

    private static func basic(_ text: String) -> (String, String) {
        ("Authorization", "Basic \(Data(text.utf8).base64EncodedString())")
    }

    private static func introspect(
        _ client: LoopbackClient,
        _ body: String,
        _ fields: [(String, String)] = [form]
    ) async throws -> Reply {
        try await client.send("POST", "/introspect", fields, body: Array(body.utf8))
    }

    @Test func saysWhatAKeyMayDo() async throws {
        let service = KeyService(catalog: smallCatalog, clock: noon)
        let key = service.issue(name: "bot", scopes: ["read:trades", "write:tags"], subject: "user_7", expiresIn: 60)
        let endless = service.issue(name: "bare", scopes: [])
        try await withServer(service) { _, client in
            let reply = try await Self.introspect(client, "token=\(key.key)&token_type_hint=access_token")
            #expect(reply.status == 200)
            #expect(reply.field("Content-Type") == "application/json")
            #expect(reply.field("Cache-Control") == "no-store")
            #expect(
                try reply.json == [
                    "active": true, "scope": "read:trades write:tags", "client_id": "journal-demo",
                    "key_id": .string(key.id), "sub": "user_7", "exp": .integer(noon.now() + 60),
                ]
            )
            let bare = try await Self.introspect(client, "token=\(endless.key)").json
            #expect(bare["scope"] == "")
            #expect(bare["exp"] == nil)
        }
        #expect(service.introspectionCount(ofKey: key.id) == 1)
        #expect(service.introspectionCount(ofKey: "key_99") == 0)
        #expect(service.introspectionCount == 2)
    }

    @Test func keysAreLongAndDifferent() {
        let service = KeyService(catalog: smallCatalog)
        let keys = (0..<100).map { _ in service.issue(name: "k", scopes: []).key }
        #expect(Set(keys).count == 100)
        for key in keys {
            #expect(key.hasPrefix("sgk_"))
            #expect(key.utf8.count == 47)
            #expect(key.dropFirst(4).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
    }

    @Test func saysNoMoreThanInactiveOfTheRest() async throws {
        let time = TestTime(noon.now())
        let service = KeyService(catalog: smallCatalog, clock: WallClock { time.now })
        let revoked = service.issue(name: "r", scopes: ["read:trades"])
        let short = service.issue(name: "s", scopes: ["read:trades"], expiresIn: 10)
        let expired = service.issue(name: "e", scopes: ["read:trades"], expiresIn: 0)
        #expect(service.revoke(id: revoked.id))
        #expect(!service.revoke(id: "key_99"))
        try await withServer(service) { _, client in
            for token in [revoked.key, expired.key, "sgk_unknown", "a%20b"] {
                let reply = try await Self.introspect(client, "token=\(token)")
                #expect(reply.status == 200)
                #expect(try reply.json == ["active": false])
            }
            time.advance(by: 9)
            #expect(try await Self.introspect(client, "token=\(short.key)").json["active"] == true)
            time.advance(by: 1)
            #expect(try await Self.introspect(client, "token=\(short.key)").json == ["active": false])
        }
    }

    @Test(arguments: [
        "", "token", "token=", "tok=x", "token=a&token=b", "token=a&x=1&x=2", "token=%", "token=%4", "token=%zz",
        "token=%FF",
    ])
    func formsAreReadStrictly(body: String) async throws {
        try await withServer(KeyService(catalog: smallCatalog)) { _, client in
            let reply = try await Self.introspect(client, body)
            #expect(reply.status == 400)
            #expect(try reply.json == ["error": "invalid_request"])
        }
    }

    @Test func asksForTheRightTypeMethodAndPath() async throws {
        try await withServer(KeyService(catalog: smallCatalog)) { _, client in
            #expect(try await Self.introspect(client, "token=a", [("Content-Type", "text/plain")]).status == 400)
            #expect(try await Self.introspect(client, "token=a", []).status == 400)
            let get = try await client.send("GET", "/introspect?token=a")
            #expect(get.status == 405)
            #expect(get.field("Allow") == "POST")
            #expect(try await client.send("GET", "/").status == 404)
            #expect(try await client.send("POST", "/introspect/", [Self.form], body: []).status == 404)
        }
    }

    @Test(
        arguments: [
            ([], 401), ([("Authorization", "Bearer x")], 401), ([("Authorization", "Basic !")], 401),
            ([basic("scopegate")], 401), ([basic("scopegate:wrong")], 401), ([basic("other:s3cret:+%")], 401),
            ([basic("scopegate:s3cret:+%")], 200), ([basic("scopegate:s3cret%3A%2B%25")], 200),
            ([("authorization", "bAsIc " + basic("scopegate:s3cret:+%").1.dropFirst(6))], 200),
        ] as [([(String, String)], Int)]
    )
    func asksTheClientForItsPassword(fields: [(String, String)], status: Int) async throws {
        let service = KeyService(client: Self.client, catalog: smallCatalog)
        let key = service.issue(name: "k", scopes: [])
        try await withServer(service) { _, client in
            let reply = try await Self.introspect(client, "token=\(key.key)", [Self.form] + fields)
            #expect(reply.status == status)
            #expect((reply.field("WWW-Authenticate") == "Basic realm=\"introspection\"") == (status == 401))
            #expect(try (reply.json["active"] == true) == (status == 200))
        }
        #expect(service.introspectionCount == (status == 200 ? 1 : 0))
    }

    @Test func keysAreMadeAndRevokedOverHTTP() async throws {
        try await withServer(KeyService(catalog: smallCatalog, clock: noon)) { _, client in
            let order: JSONValue = ["name": "bot", "preset": "read-everything", "expires_in": 3600]
            let created = try await client.send("POST", "/keys", json: order)
            #expect(created.status == 201)
            #expect(try created.json["scopes"] == ["read:trades", "read:catalog"])
            #expect(try created.json["expires_at"] == "2026-01-15T13:00:00Z")
            let key = try #require(try created.json["key"]?.string)
            #expect(try await Self.introspect(client, "token=\(key)").json["scope"] == "read:trades read:catalog")
            let location = try #require(created.field("Location"))
            #expect(try await client.send("DELETE", location).status == 204)
            #expect(try await Self.introspect(client, "token=\(key)").json == ["active": false])
            #expect(try await client.send("DELETE", location).status == 204)
            #expect(try await client.send("DELETE", "/keys/key_99").status == 404)
            let custom = try await client.send("POST", "/keys", json: ["name": "c", "scopes": ["write:trades"]])
            #expect(try custom.json["scopes"] == ["write:trades"])
            #expect(try custom.json["expires_at"] == .null)
        }
    }

    @Test(
        arguments: [
            (["scopes": []], "name"), (["name": "x"], "scopes"), (["name": "x", "scopes": "read:trades"], "scopes"),
            (["name": "x", "scopes": ["read:nothing"]], "scopes[0]"), (["name": "x", "preset": "all"], "preset"),
            (["name": "x", "preset": "read-everything", "scopes": []], "scopes"),
            (["name": "x", "scopes": [], "expires_in": 0], "expires_in"),
            (["name": "x", "scopes": [], "expires_in": "1h"], "expires_in"),
            (["name": "x", "scopes": [], "admin": true], "admin"),
        ] as [(JSONValue, String)]
    )
    func ordersOfKeysAreChecked(order: JSONValue, field: String) async throws {
        try await withServer(KeyService(catalog: smallCatalog)) { _, client in
            let reply = try await client.send("POST", "/keys", json: order)
            #expect(reply.status == 422)
            #expect(try reply.json["error"]?["details"]?["fields"]?[0]?["field"]?.string == field)
        }
    }

    @Test func ordersOfKeysMustBeJSON() async throws {
        try await withServer(KeyService(catalog: smallCatalog)) { _, client in
            let body = Array("{\"name\":\"x\",\"scopes\":[]}".utf8)
            let text = try await client.send("POST", "/keys", [("Content-Type", "text/plain")], body: body)
            #expect(text.status == 415)
            #expect(try await client.send("POST", "/keys", body: body).status == 415)
            #expect(try await client.send("POST", "/keys", json: "x").status == 400)
            #expect(try await client.send("GET", "/keys").status == 405)
            #expect(try await client.send("GET", "/keys/key_1").status == 405)
        }
    }
}

/// A time that tests move.
private final class TestTime: Sendable {
    private let seconds: Mutex<Int64>

    init(_ start: Int64) { seconds = Mutex(start) }

    var now: Int64 { seconds.withLock { $0 } }

    func advance(by change: Int64) { seconds.withLock { $0 += change } }
}
