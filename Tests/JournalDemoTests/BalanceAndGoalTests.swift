import JournalDemo
import Testing

@Suite("Balances and goals follow from the trades", .timeLimit(.minutes(5)))
struct BalanceAndGoalTests {
    // The seed: 25000 to start with, +1000 deposited on the 11th, +416.6 on the 12th, -204.2 on the 13th, -250 paid out
    // on the 14th.
    @Test func statusIsTheSumOfAllMovements() async throws {
        try await withJournal { client in
            let status = try await client.send("GET", "/api/v1/balance/status?account_id=acc_1").json["data"]
            #expect(status?.array?.count == 1)
            #expect(status?[0]?["starting_balance"] == 25_000)
            #expect(status?[0]?["events_total"] == 1000)
            #expect(status?[0]?["payouts_total"] == 250)
            #expect(abs((status?[0]?["realized_pnl"]?.double ?? 0) - 212.4) < 1e-6)
            #expect(abs((status?[0]?["balance"]?.double ?? 0) - 25_962.4) < 1e-6)
            #expect(try await client.send("GET", "/api/v1/balance/status").json["data"]?.array?.count == 2)
        }
    }

    @Test(
        arguments: [
            ("deposit", 10, 10), ("withdrawal", 10, -10), ("fee", 2.5, -2.5), ("adjustment", -7, -7),
        ] as [(String, Double, Double)]
    )
    func eventsMoveTheBalance(kind: String, amount: Double, change: Double) async throws {
        try await withJournal { client in
            func balance() async throws -> Double {
                let status = try await client.send("GET", "/api/v1/balance/status?account_id=acc_2").json["data"]
                return status?[0]?["balance"]?.double ?? .nan
            }
            let before = try await balance()
            let event: JSONValue = ["account_id": "acc_2", "kind": .string(kind), "amount": .number(amount)]
            let created = try await client.send("POST", "/api/v1/balance/events", json: event)
            #expect(created.status == 201)
            #expect(created.field("Location") == nil)
            #expect(try await balance() == before + change)
            let events = try await client.send("GET", "/api/v1/balance/events?account_id=acc_2").json["data"]
            #expect(try events?.array == [created.json])
        }
    }

    @Test func eventsOfNoMoneyAreRefused() async throws {
        try await withJournal { client in
            let event: JSONValue = ["account_id": "acc_1", "kind": "deposit", "amount": -1]
            let reply = try await client.send("POST", "/api/v1/balance/events", json: event)
            #expect(reply.status == 422)
        }
    }

    @Test func payoutsAreRequested() async throws {
        try await withJournal { client in
            let before = try await client.send("GET", "/api/v1/balance/status").body
            let created = try await client.send(
                "POST",
                "/api/v1/balance/payouts",
                json: ["account_id": "acc_1", "amount": 100]
            )
            #expect(created.status == 201)
            #expect(try created.json["status"] == "requested")
            let payouts = try await client.send("GET", "/api/v1/balance/payouts").json["data"]?.array
            #expect(payouts?.map { $0["status"] } == ["paid", "requested"])
            #expect(try await client.send("GET", "/api/v1/balance/status").body == before)
            let forged: JSONValue = ["account_id": "acc_1", "amount": 1, "status": "paid"]
            #expect(try await client.send("POST", "/api/v1/balance/payouts", json: forged).status == 422)
        }
    }

    @Test func snapshotsAreDaily() async throws {
        try await withJournal { client in
            let path = "/api/v1/balance/snapshots?account_id=acc_1"
            let all = try await client.send("GET", path).json["data"]?.array ?? []
            #expect(all.map { $0["date"] } == ["2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14"])
            let balances = all.compactMap { $0["balance"]?.double }
            #expect(zip(balances, [26_000, 26_416.6, 26_212.4, 25_962.4]).allSatisfy { abs($0 - $1) < 1e-6 })
            let some = try await client.send("GET", path + "&from=2026-01-12&to=2026-01-13").json["data"]?.array
            #expect(some == Array(all[1...2]))
            #expect(try await client.send("GET", path + "&from=2026-1-2").status == 400)
        }
    }

    @Test(
        arguments: [
            ("day", "net_pnl", ["2026-01-12", "2026-01-13"], [416.6, -204.2], [true, false]),
            ("week", "net_pnl", ["2026-01-12"], [212.4], [true]),
            ("month", "trade_count", ["2026-01-01"], [2], [false]),
            ("month", "win_rate", ["2026-01-01"], [50], [false]),
        ] as [(String, String, [JSONValue], [Double], [JSONValue])]
    )
    func goalsShowTheirProgress(
        period: String,
        metric: String,
        starts: [JSONValue],
        values: [Double],
        achieved: [JSONValue]
    ) async throws {
        try await withJournal { client in
            let goal: JSONValue = [
                "name": "Goal", "period": .string(period), "metric": .string(metric), "target": 200,
                "account_id": "acc_1",
            ]
            let location = try #require(try await client.send("POST", "/api/v1/goals", json: goal).field("Location"))
            let progress = try await client.send("GET", location + "/progress").json["data"]?.array ?? []
            #expect(progress.compactMap { $0["period_start"] } == starts)
            #expect(progress.compactMap { $0["achieved"] } == achieved)
            #expect(zip(progress, values).allSatisfy { abs(($0["value"]?.double ?? .nan) - $1) < 1e-6 })
        }
    }
}
