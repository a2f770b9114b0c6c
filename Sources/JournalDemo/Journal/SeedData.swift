import CivilCalendar
import HTTP1
import SimpleHTTP

/// What the journal holds at its start: it is entered by the same operations that clients use.
enum SeedData {
    private struct Entry {
        var method: HTTP1.Method
        var path: String
        var body: JSONValue
    }

    /// - Parameter now: The records are of the days before it.
    static func state(by router: JournalRouter, at now: Timestamp) -> JournalState {
        var state = JournalState()
        do {
            for entry in entries(at: now) { try enter(entry, into: &state, by: router, at: now) }
            try state.update(.payout, id: "pay_1", at: now) { $0.fields["status"] = "paid" }
        } catch {
            preconditionFailure("The seed data breaks a rule of the journal: \(error.message)")
        }
        return state
    }

    private static func enter(
        _ entry: Entry,
        into state: inout JournalState,
        by router: JournalRouter,
        at now: Timestamp
    ) throws(JournalError) {
        let isScreenshot = entry.path == "/screenshots"
        let request = SimpleRequest(
            method: entry.method,
            path: JournalRouter.prefix + entry.path,
            fields: [("Content-Type", isScreenshot ? "image/png" : "application/json")],
            body: isScreenshot ? onePixelPNG : entry.body.serialized
        )
        let (operation, parameters) = try router.find(request.method, request.pathSegments)
        let call = JournalCall(request: request, parameters: parameters, now: now, query: [])
        _ = try operation.body(&state, call)
    }

    private static func entries(at now: Timestamp) -> [Entry] {
        func daysAgo(_ days: Int64, hour: Int64) -> JSONValue {
            let day = CivilDate(daysSinceEpoch: now.date.daysSinceEpoch - days)
            return .string(Timestamp(seconds: day.daysSinceEpoch * 86_400 + hour * 3600).text)
        }
        func post(_ path: String, _ body: JSONValue) -> Entry { Entry(method: .post, path: path, body: body) }
        func put(_ path: String, _ body: JSONValue) -> Entry { Entry(method: .put, path: path, body: body) }
        return [
            post(
                "/accounts",
                [
                    "name": "Futures", "kind": "live", "broker_id": "tradovate", "starting_balance": 25_000,
                ]
            ),
            post(
                "/accounts",
                [
                    "name": "Evaluation 50k", "kind": "prop", "prop_firm_preset_id": "evaluation-50k",
                    "starting_balance": 50_000,
                ]
            ),
            post("/tag-categories", ["name": "Mistakes"]),
            post("/tags", ["name": "early exit", "color": "#c0392b", "category_id": "cat_1"]),
            post("/tags", ["name": "a+ setup", "color": "#27ae60"]),
            post(
                "/strategies",
                [
                    "name": "Opening range", "setups": [["name": "Breakout"], ["name": "Failed breakout"]],
                    "confirmation_templates": [
                        ["label": "Volume above average", "required": true], ["label": "With the trend"],
                    ],
                ]
            ),
            post(
                "/trades",
                [
                    "account_id": "acc_1", "symbol": "ES", "side": "long", "quantity": 2, "entry_price": 5000.25,
                    "exit_price": 5004.5, "point_value": 50, "fees": 8.4, "opened_at": daysAgo(3, hour: 14),
                    "closed_at": daysAgo(3, hour: 15), "strategy_id": "str_1", "emotions": ["calm"],
                    "executions": [
                        ["side": "buy", "quantity": 2, "price": 5000.25, "executed_at": daysAgo(3, hour: 14)],
                        ["side": "sell", "quantity": 2, "price": 5004.5, "executed_at": daysAgo(3, hour: 15)],
                    ],
                ]
            ),
            post(
                "/trades",
                [
                    "account_id": "acc_1", "symbol": "NQ", "side": "short", "quantity": 1, "entry_price": 17_500,
                    "exit_price": 17_510, "point_value": 20, "fees": 4.2, "opened_at": daysAgo(2, hour: 14),
                    "closed_at": daysAgo(2, hour: 16), "notes": "Against the trend.",
                ]
            ),
            post(
                "/trades",
                [
                    "account_id": "acc_2", "symbol": "CL", "side": "long", "quantity": 1, "entry_price": 78.4,
                    "point_value": 1000, "opened_at": daysAgo(1, hour: 13),
                ]
            ),
            put("/trades/trd_1/tags", ["tag_ids": ["tag_2"]]),
            put("/trades/trd_1/confirmations", ["confirmations": [["label": "With the trend", "confirmed": true]]]),
            post(
                "/balance/events",
                ["account_id": "acc_1", "kind": "deposit", "amount": 1000, "occurred_at": daysAgo(4, hour: 9)]
            ),
            post(
                "/balance/payouts",
                ["account_id": "acc_1", "amount": 250, "requested_at": daysAgo(1, hour: 9)]
            ),
            post("/goals", ["name": "Green weeks", "metric": "net_pnl", "period": "week", "target": 200]),
            post(
                "/protocols",
                [
                    "name": "Before the open",
                    "questions": [["text": "Did I sleep well?"], ["text": "Which news are due?", "kind": "text"]],
                ]
            ),
            post("/protocols/pro_1/responses", ["answers": [["question_id": "que_1", "answer": "yes"]]]),
            post("/screenshots", nil),
            post("/copy-groups", ["name": "Futures to evaluation", "leader_account_id": "acc_1"]),
            put("/copy-groups/cpg_1/members", ["members": [["account_id": "acc_2", "multiplier": 0.5]]]),
            post("/autosync/sync", ["account_id": "acc_1"]),
        ]
    }

    /// A PNG image of one transparent pixel.
    private static let onePixelPNG: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1F, 0x15, 0xC4, 0x89, 0x00, 0x00, 0x00,
        0x0B, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00, 0x01, 0xE9, 0xFA,
        0xDC, 0xD8, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
}
