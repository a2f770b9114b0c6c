import Foundation
import JournalDemo
import Testing

@Suite("The journal's routes", .timeLimit(.minutes(5)))
struct JournalRouteTests {
    /// The paths and methods of config/routes.yaml, read line by line: a path ends in a colon two columns in, its
    /// methods stand four columns in.
    private static func mapped() throws -> Set<String> {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let text = try String(contentsOfFile: "/\(folder)/../../config/routes.yaml", encoding: .utf8)
        var routes: Set<String> = []
        var path = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  /"), let colon = line.firstIndex(of: ":") {
                path = String(line[..<colon].dropFirst(2))
            } else if line.hasPrefix("    "), let colon = line.firstIndex(of: ":") {
                routes.insert("\(line[..<colon].dropFirst(4)) \(path)")
            }
        }
        return routes
    }

    @Test func areThoseOfTheRouteMap() throws {
        let served = JournalBackend.routes.map { "\($0.method) \($0.template)" }
        #expect(Set(served).count == served.count)
        let mapped = try Self.mapped()
        #expect(mapped.count > 60)
        #expect(Set(served).subtracting(mapped).sorted() == [])
        #expect(mapped.subtracting(served).sorted() == [])
    }

    @Test func everyReadAnswersWithSeedData() async throws {
        let ids = [
            "{tradeId}": "trd_1", "{accountId}": "acc_1", "{goalId}": "goal_1", "{protocolId}": "pro_1",
            "{tagId}": "tag_1", "{categoryId}": "cat_1", "{strategyId}": "str_1", "{screenshotId}": "scr_1",
            "{groupId}": "cpg_1",
        ]
        try await withJournal { client in
            for route in JournalBackend.routes where route.method == "GET" {
                let path = ids.reduce(route.template) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
                let reply = try await client.send("GET", path)
                #expect(reply.status == 200, "\(path)")
                guard !path.hasPrefix("/api/v1/screenshots") else { continue }
                let json = try reply.json
                #expect(json["data"]?.array?.isEmpty != true, "\(path)")
                #expect(json["data"] != nil || json["id"] != nil || json["scopes"] != nil, "\(path)")
            }
        }
    }

    @Test(arguments: [
        ("GET", "/"), ("GET", "/api/v1"), ("GET", "/api/v1/"), ("GET", "/api/v1/nothing"), ("GET", "/api/v2/trades"),
        ("GET", "/api/v1/trades/"), ("GET", "/api/v1/trades/trd_1/"), ("GET", "/api/v1/Trades"),
        ("GET", "/api/v1/trades/trd_999"), ("GET", "/api/v1/trades/acc_1"), ("GET", "/api/v1/trades/trd_01"),
        ("GET", "/api/v1/trades/trd_+1"), ("GET", "/api/v1/trades/x"), ("DELETE", "/api/v1/goals/goal_99"),
        ("GET", "/api/v1/trades/trd_999/executions"), ("GET", "/api/v1/protocols/pro_9/responses"),
        ("DELETE", "/api/v1/screenshots/scr_9"),
    ])
    func answers404(method: String, path: String) async throws {
        try await withJournal { client in
            let reply = try await client.send(method, path)
            #expect(reply.status == 404)
            #expect(try reply.json["error"]?["code"] == "not_found")
        }
    }

    @Test(arguments: [
        ("DELETE", "/api/v1/accounts/acc_1", "GET, HEAD, PATCH"),
        ("POST", "/api/v1/catalog/brokers", "GET, HEAD"),
        ("GET", "/api/v1/screenshots", "POST"),
        ("PUT", "/api/v1/trades", "GET, HEAD, POST"),
        ("BREW", "/api/v1/trades/trd_1/tags", "GET, HEAD, PUT"),
        ("OPTIONS", "/api/v1/autosync/sync", "POST"),
    ])
    func answers405(method: String, path: String, allow: String) async throws {
        try await withJournal { client in
            let reply = try await client.send(method, path)
            #expect(reply.status == 405)
            #expect(reply.field("Allow") == allow)
            #expect(try reply.json["error"]?["code"] == "method_not_allowed")
        }
    }

    @Test func listsTheScopes() async throws {
        try await withJournal { client in
            let json = try await client.send("GET", "/api/v1/scopes").json
            #expect(json["scopes"]?.array?.compactMap { $0["scope"]?.string } == smallCatalog.scopes.map(\.name))
            #expect(json["scopes"]?[2]?["automatic"] == true)
            #expect(json["scopes"]?[3]?["reserved"] == true)
            #expect(json["presets"]?[0]?["scopes"] == ["read:trades", "read:catalog"])
        }
    }

    @Test func echoesNoncesWhateverTheAnswer() async throws {
        try await withJournal { client in
            for (path, status) in [("/api/v1/trades/trd_1", 200), ("/nothing", 404)] {
                let reply = try await client.send("GET", path, [("x-nonce", "n-\(status)")])
                #expect(reply.status == status)
                #expect(reply.field("X-Echo-Nonce") == "n-\(status)")
            }
            #expect(try await client.send("GET", "/api/v1/trades").field("X-Echo-Nonce") == nil)
        }
    }
}
