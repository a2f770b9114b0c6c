import JournalDemo
import Testing

@Suite("Trades", .timeLimit(.minutes(5)))
struct TradeTests {
    private static let open: [String: JSONValue] = [
        "account_id": "acc_1", "symbol": "ES", "side": "short", "quantity": 2, "entry_price": 5000.5,
        "point_value": 50, "fees": 4.5, "opened_at": "2026-01-14T15:30:00.25+01:00",
    ]

    private static func closed(_ changes: [String: JSONValue]) -> JSONValue {
        let exit: [String: JSONValue] = ["exit_price": 4998.25, "closed_at": "2026-01-14T18:00:00Z"]
        return .object(open.merging(exit) { $1 }.merging(changes) { $1 })
    }

    @Test func areOpenUntilTheyHaveAnExit() async throws {
        try await withJournal { client in
            let created = try await client.send("POST", "/api/v1/trades", json: .object(Self.open))
            #expect(try created.json["status"] == "open")
            #expect(try created.json["net_pnl"] == .null)
            #expect(try created.json["opened_at"] == "2026-01-14T14:30:00Z")
            let location = try #require(created.field("Location"))
            let exit: JSONValue = ["exit_price": 4998.25, "closed_at": "2026-01-14T18:00:00Z"]
            let changed = try await client.send("PATCH", location, json: exit)
            #expect(try changed.json["status"] == "closed")
            #expect(try changed.json["net_pnl"] == 220.5)
        }
    }

    @Test(
        arguments: [
            (["closed_at": nil], "closed_at"), (["closed_at": "2026-01-14T14:29:59Z"], "closed_at"),
            (["quantity": 0], "quantity"), (["quantity": "2"], "quantity"), (["side": "up"], "side"),
            (["opened_at": "2026-02-30T00:00:00Z"], "opened_at"), (["emotions": ["calm", "calm"]], "emotions[1]"),
            (["emotions": ["hungry"]], "emotions[0]"), (["symbol": nil], "symbol"), (["tag_ids": ["tag_1"]], "tag_ids"),
            (["executions": [["id": "exe_1"]]], "executions[0].price"), (["id": "trd_7"], "id"),
            (["executions": [7]], "executions[0]"), (["strategy_id": "acc_1"], "strategy_id"),
        ] as [([String: JSONValue], String)]
    )
    func areRefusedWithTheMemberAtFault(changes: [String: JSONValue], field: String) async throws {
        try await withJournal { client in
            let reply = try await client.send("POST", "/api/v1/trades", json: Self.closed(changes))
            #expect(reply.status == 422)
            let problems = try reply.json["error"]?["details"]?["fields"]?.array ?? []
            #expect(problems.contains { $0["field"]?.string == field })
        }
    }

    @Test func haveExecutions() async throws {
        try await withJournal { client in
            let path = "/api/v1/trades/trd_1"
            let executions = try await client.send("GET", path + "/executions").json["data"]?.array ?? []
            #expect(executions.map { $0["side"] } == ["buy", "sell"])
            #expect(try await client.send("GET", path).json["executions"] == nil)
            let kept = try #require(executions.last)
            #expect(try await client.send("PATCH", path, json: ["executions": [kept]]).status == 200)
            #expect(try await client.send("GET", path + "/executions").json["data"] == [kept])
        }
    }

    @Test func haveTags() async throws {
        try await withJournal { client in
            let path = "/api/v1/trades/trd_1/tags"
            #expect(try await client.send("GET", path).json["data"]?[0]?["name"] == "a+ setup")
            let replaced = try await client.send("PUT", path, json: ["tag_ids": ["tag_2", "tag_1"]])
            #expect(replaced.status == 200)
            #expect(try replaced.json["data"]?.array?.map { $0["id"] } == ["tag_2", "tag_1"])
            #expect(try await client.send("PUT", path, json: ["tag_ids": ["tag_9"]]).status == 422)
            #expect(
                try await client.send("PUT", "/api/v1/trades/trd_9/tags", json: ["tag_ids": ["tag_9"]]).status == 404
            )
            #expect(try await client.send("DELETE", "/api/v1/tags/tag_2").status == 204)
            #expect(try await client.send("GET", path).json["data"]?.array?.map { $0["id"] } == ["tag_1"])
        }
    }

    @Test func haveConfirmations() async throws {
        try await withJournal { client in
            let path = "/api/v1/trades/trd_2/confirmations"
            #expect(try await client.send("GET", path).json["data"] == [])
            let body: JSONValue = ["confirmations": [["label": "Volume", "confirmed": false, "note": "Thin."]]]
            let replaced = try await client.send("PUT", path, json: body)
            #expect(replaced.status == 200)
            #expect(try replaced.json["data"]?[0]?["note"] == "Thin.")
            #expect(try await client.send("GET", path).body == replaced.body)
            #expect(try await client.send("PUT", path, json: ["confirmations": [["label": "x"]]]).status == 422)
        }
    }

    @Test(arguments: ["", "/trd_1", "/trd_1/executions", "/trd_1/tags", "/trd_1/confirmations"])
    func readsAreConditional(path: String) async throws {
        try await withJournal { client in
            let target = "/api/v1/trades\(path)"
            let first = try await client.send("GET", target)
            let tag = try #require(first.field("ETag"))
            for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                let again = try await client.send("GET", target, [("If-None-Match", known)])
                #expect(again.status == 304, "\(known)")
                #expect(again.body.isEmpty)
                #expect(again.field("ETag") == tag)
                #expect(again.field("Content-Length") == nil)
            }
            #expect(try await client.send("HEAD", target, [("If-None-Match", tag)]).status == 304)
            _ = try await client.send("PATCH", "/api/v1/trades/trd_1", json: ["notes": "new", "executions": []])
            _ = try await client.send("PUT", "/api/v1/trades/trd_1/tags", json: ["tag_ids": []])
            _ = try await client.send("PUT", "/api/v1/trades/trd_1/confirmations", json: ["confirmations": []])
            let changed = try await client.send("GET", target, [("If-None-Match", tag)])
            #expect(changed.status == 200)
            #expect(changed.field("ETag") != tag)
        }
    }
}
