import JournalDemo
import Testing

/// A resource with POST, GET, PATCH and DELETE.
struct CRUDCase: Sendable, CustomTestStringConvertible {
    var collection: String
    var body: JSONValue
    /// A member that is then changed, and what to.
    var change: (name: String, value: JSONValue)
    /// A body that must be refused, and the member that is at fault.
    var refused: (body: JSONValue, field: String)

    var testDescription: String { collection }
}

@Suite("The journal's resources", .timeLimit(.minutes(5)))
struct JournalResourceTests {
    private static let trade: JSONValue = [
        "account_id": "acc_1", "symbol": "ES", "side": "long", "quantity": 1, "entry_price": 5000,
        "opened_at": "2026-01-14T15:30:00+01:00",
    ]

    static let cases: [CRUDCase] = [
        CRUDCase(
            collection: "trades",
            body: trade,
            change: ("notes", "Late \"entry\" – ünïcode\n\u{1}"),
            refused: (["account_id": "acc_99"], "account_id")
        ),
        CRUDCase(
            collection: "goals",
            body: ["name": "Ten trades", "metric": "trade_count", "period": "month", "target": 10],
            change: ("target", 12),
            refused: (["name": "x", "metric": "luck", "period": "month", "target": 1], "metric")
        ),
        CRUDCase(
            collection: "protocols",
            body: ["name": "After the close", "questions": [["text": "Followed the plan?"]]],
            change: ("active", false),
            refused: (["name": "x", "questions": [["kind": "scale"]]], "questions[0].text")
        ),
        CRUDCase(
            collection: "tags",
            body: ["name": "news", "category_id": "cat_1"],
            change: ("category_id", nil),
            refused: (["name": ""], "name")
        ),
        CRUDCase(
            collection: "tag-categories",
            body: ["name": "Market"],
            change: ("name", "Markets"),
            refused: (["name": "x", "colour": "red"], "colour")
        ),
        CRUDCase(
            collection: "strategies",
            body: ["name": "Pullback", "setups": [["name": "First"], ["name": "Second"]]],
            change: ("description", "Buy weakness."),
            refused: (["name": "x", "setups": "none"], "setups")
        ),
        CRUDCase(
            collection: "copy-groups",
            body: ["name": "All", "leader_account_id": "acc_2"],
            change: ("active", false),
            refused: (["name": "x", "leader_account_id": 7], "leader_account_id")
        ),
    ]

    @Test(arguments: cases)
    func areCreatedReadChangedAndDeleted(_ example: CRUDCase) async throws {
        try await withJournal { client in
            let path = "/api/v1/\(example.collection)"
            let before = try await client.send("GET", path).json["data"]?.array?.count ?? 0

            let created = try await client.send("POST", path, json: example.body)
            #expect(created.status == 201)
            let location = try #require(created.field("Location"))
            let id = try #require(try created.json["id"]?.string)
            #expect(location == "\(path)/\(id)")
            let read = try await client.send("GET", location)
            #expect(read.body == created.body)
            #expect(try await client.send("GET", path).json["data"]?.array?.count == before + 1)

            let changed = try await client.send(
                "PATCH",
                location,
                json: .object([example.change.name: example.change.value])
            )
            #expect(changed.status == 200)
            var expected = try #require(try created.json.object)
            expected[example.change.name] = example.change.value
            #expect(try await client.send("GET", location).json == .object(expected))

            let refused = try await client.send("POST", path, json: example.refused.body)
            #expect(refused.status == 422)
            let problems = try refused.json["error"]?["details"]?["fields"]?.array ?? []
            #expect(problems.contains { $0["field"]?.string == example.refused.field })

            #expect(try await client.send("DELETE", location).status == 204)
            #expect(try await client.send("GET", location).status == 404)
            #expect(try await client.send("DELETE", location).status == 404)
            #expect(try await client.send("GET", path).json["data"]?.array?.count == before)
        }
    }

    @Test func accountsAreCreatedAndChanged() async throws {
        try await withJournal { client in
            let created = try await client.send(
                "POST",
                "/api/v1/accounts",
                json: ["name": "Crypto", "broker_id": "kraken"]
            )
            #expect(created.status == 201)
            let location = try #require(created.field("Location"))
            #expect(try created.json["currency"] == "USD")
            #expect(try await client.send("PATCH", location, json: ["archived": true]).status == 200)
            #expect(try await client.send("GET", location).json["archived"] == true)
            #expect(try await client.send("PATCH", location, json: ["name": nil]).status == 422)
        }
    }

    @Test(arguments: [
        ("", "application/json", 400), ("{", "application/json", 400), ("[]", "application/json; charset=utf-8", 400),
        ("{\"name\":\"\u{FFFD}\"}", "text/plain", 415), ("{\"name\":\"x\"}", "APPLICATION/JSON", 201),
    ])
    func bodiesMustBeJSONObjects(body: String, type: String, status: Int) async throws {
        try await withJournal { client in
            let reply = try await client.send("POST", "/api/v1/tags", [("Content-Type", type)], body: Array(body.utf8))
            #expect(reply.status == status)
        }
    }

    @Test func listsArePagedAndFiltered() async throws {
        try await withJournal { client in
            for number in 0..<7 {
                _ = try await client.send("POST", "/api/v1/tag-categories", json: ["name": .string("c\(number)")])
            }
            var names: [String] = []
            var target = "/api/v1/tag-categories?limit=3"
            while true {
                let page = try await client.send("GET", target).json
                names += page["data"]?.array?.compactMap { $0["name"]?.string } ?? []
                guard let next = page["next"]?.string else { break }
                target = "/api/v1/tag-categories?limit=3&after=\(next)"
            }
            #expect(names == ["Mistakes", "c0", "c1", "c2", "c3", "c4", "c5", "c6"])
            let filtered = try await client.send("GET", "/api/v1/tag-categories?name=c%35").json
            #expect(filtered["data"]?.array?.count == 1)
            #expect(
                try await client.send("GET", "/api/v1/trades?symbol=NQ&ignored=1").json["data"]?[0]?["id"] == "trd_2"
            )
            for query in ["limit=0", "limit=501", "limit=x", "after=x"] {
                #expect(try await client.send("GET", "/api/v1/tags?\(query)").status == 400)
            }
        }
    }

    @Test func strategiesUpsertTheirSetups() async throws {
        try await withJournal { client in
            let path = "/api/v1/strategies/str_1"
            let setups = try await client.send("GET", path + "/setups").json["data"]?.array ?? []
            #expect(setups.map { $0["name"] } == ["Breakout", "Failed breakout"])
            let first = try #require(setups.first?["id"])
            let patch: JSONValue = ["setups": [["id": first, "name": "Clean breakout"], ["name": "Retest"]]]
            #expect(try await client.send("PATCH", path, json: patch).status == 200)
            let after = try await client.send("GET", path + "/setups").json["data"]?.array ?? []
            #expect(after.map { $0["name"] } == ["Clean breakout", "Failed breakout", "Retest"])
            #expect(after.first?["id"] == first)
            #expect(try await client.send("GET", path).json["setups"] == .array(after))
            for wrong: JSONValue in [
                ["setups": [["id": "set_99", "name": "x"]]], ["setups": [["id": 1, "name": "x"]]],
            ] {
                #expect(try await client.send("PATCH", path, json: wrong).status == 422)
            }
            let templates = try await client.send("GET", path + "/confirmation-templates").json["data"]
            #expect(templates?[0]?["required"] == true)
            #expect(try await client.send("GET", "/api/v1/trades/trd_1").json["strategy_id"] == "str_1")
            #expect(try await client.send("DELETE", path).status == 204)
            #expect(try await client.send("GET", "/api/v1/trades/trd_1").json["strategy_id"] == .null)
        }
    }

    @Test func copyGroupsTakeTheirMembersAsASet() async throws {
        try await withJournal { client in
            let path = "/api/v1/copy-groups/cpg_1/members"
            #expect(try await client.send("GET", path).json["data"]?[0]?["account_id"] == "acc_2")
            let members: JSONValue = ["members": [["account_id": "acc_1"], ["account_id": "acc_2", "multiplier": 2]]]
            let replaced = try await client.send("PUT", path, json: members)
            #expect(replaced.status == 200)
            #expect(try replaced.json["data"]?.array?.map { $0["multiplier"] } == [1, 2])
            #expect(try await client.send("GET", path).body == replaced.body)
            let twice: JSONValue = ["members": [["account_id": "acc_1"], ["account_id": "acc_1"]]]
            #expect(try await client.send("PUT", path, json: twice).status == 422)
            #expect(try await client.send("PUT", path, json: ["members": []]).json["data"] == [])
            #expect(try await client.send("GET", "/api/v1/copy-groups/cpg_1").json["members"] == nil)
        }
    }

    @Test func protocolsRecordResponses() async throws {
        try await withJournal { client in
            let path = "/api/v1/protocols/pro_1/responses"
            let answer: JSONValue = ["trade_id": "trd_2", "answers": [["question_id": "que_2", "answer": "None."]]]
            let recorded = try await client.send("POST", path, json: answer)
            #expect(recorded.status == 201)
            #expect(try recorded.json["recorded_at"] == "2026-01-15T12:00:00Z")
            #expect(try await client.send("GET", path).json["data"]?[1] == recorded.json)
            let strange: JSONValue = ["answers": [["question_id": "que_9", "answer": "x"]]]
            #expect(try await client.send("POST", path, json: strange).status == 422)
            #expect(try await client.send("DELETE", "/api/v1/trades/trd_2").status == 204)
            #expect(try await client.send("GET", path).json["data"]?[1]?["trade_id"] == .null)
        }
    }

    @Test func autosyncRunsAreRecorded() async throws {
        try await withJournal { client in
            let status = try await client.send("GET", "/api/v1/autosync/status").json["data"]
            #expect(status?.array?.map { $0["account_id"] } == ["acc_1"])
            #expect(status?[0]?["connection"] == "connected")
            let run = try await client.send("POST", "/api/v1/autosync/sync")
            #expect(run.status == 202)
            #expect(try run.json["account_id"] == .null)
            let history = try await client.send("GET", "/api/v1/autosync/history").json["data"]?.array ?? []
            #expect(history.count == 2)
            #expect(try history.last == run.json)
            let unknown = try await client.send("POST", "/api/v1/autosync/sync", json: ["account_id": "acc_9"])
            #expect(unknown.status == 422)
        }
    }
}
