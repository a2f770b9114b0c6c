import SimpleHTTP

/// The synchronisation of accounts with their brokers. There is no broker behind this journal, so that a sync finds
/// nothing to import; its runs are recorded all the same.
enum Autosync {
    static let rules: [FieldRule] = [.nullable("account_id", .reference(.account))]

    static let operations: [JournalOperation] = [
        JournalOperation(.get, "/autosync/status") { state, _ in .json(200, ["data": .array(status(state))]) },
        CollectionOperations.list(.syncRun, "/autosync/history"),
        JournalOperation(.post, "/autosync/sync") { (state, call) throws(JournalError) in
            let fields = try state.checked(call.membersIfAny(), rules, isPartial: false, at: call.now)
            let run = insertRun(into: &state, accountID: fields["account_id"] ?? .null, at: call.now)
            return .json(202, run.json)
        },
    ]

    /// - Parameter accountID: null for all accounts.
    @discardableResult
    static func insertRun(into state: inout JournalState, accountID: JSONValue, at now: Timestamp) -> Record {
        let fields: [String: JSONValue] = [
            "account_id": accountID, "trigger": "manual", "status": "completed", "imported_trades": 0,
            "finished_at": .string(now.text),
        ]
        return state.insert(.syncRun, fields: fields, at: now)
    }

    /// One entry for every account that has a broker and is not archived.
    private static func status(_ state: JournalState) -> [JSONValue] {
        let runs = state.all(.syncRun)
        let connected = state.all(.account).filter { $0.fields["broker_id"] != .null && $0.fields["archived"] != true }
        return connected.map { account in
            let last = runs.last {
                $0.fields["account_id"] == .null || $0.fields["account_id"]?.string == account.id
            }
            return [
                "account_id": .string(account.id),
                "broker_id": account.fields["broker_id"] ?? nil,
                "connection": "connected",
                "last_sync_at": last?.fields["finished_at"] ?? nil,
                "last_status": last?.fields["status"] ?? nil,
            ]
        }
    }
}
