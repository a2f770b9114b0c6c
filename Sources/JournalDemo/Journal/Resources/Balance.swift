import CivilCalendar
import SimpleHTTP

/// Balances, which follow from the starting balance, closed trades, balance events and paid payouts of an account.
enum Balance {
    static let eventRules: [FieldRule] = [
        .required("account_id", .reference(.account)),
        .required("kind", .choice(["deposit", "withdrawal", "fee", "adjustment"])),
        .required("amount", .money),
        .timestampOrNow("occurred_at"),
        .optional("note", .prose(2000), else: ""),
    ]

    static let payoutRules: [FieldRule] = [
        .required("account_id", .reference(.account)),
        .required("amount", .positive),
        .timestampOrNow("requested_at"),
        .optional("note", .prose(2000), else: ""),
    ]

    static let operations: [JournalOperation] = [
        JournalOperation(.get, "/balance/status", status),
        CollectionOperations.list(.balanceEvent, "/balance/events"),
        CollectionOperations.create(.balanceEvent, "/balance/events", hasOwnPath: false) {
            (_, fields, _) throws(JournalError) in
            guard fields["kind"] == "adjustment" || (fields["amount"]?.double ?? 0) > 0 else {
                throw .invalid("amount", "must be above 0; only an adjustment may lower the balance by its sign")
            }
        },
        CollectionOperations.list(.payout, "/balance/payouts"),
        CollectionOperations.create(.payout, "/balance/payouts", hasOwnPath: false) { _, fields, _ in
            fields["status"] = "requested"
        },
        JournalOperation(.get, "/balance/snapshots", snapshots),
    ]

    /// What changed the balance of an account, and when.
    private struct Movement {
        enum Source { case event, trade, payout }

        var source: Source
        var day: CivilDate
        var amount: Double
    }

    private static func movements(_ state: JournalState, accountID: String) -> [Movement] {
        func day(_ value: JSONValue?) -> CivilDate? {
            value?.string.flatMap(Timestamp.init(parsing:))?.date
        }
        func records(_ kind: ResourceKind) -> [Record] {
            state.all(kind).filter { $0.fields["account_id"]?.string == accountID }
        }
        var movements: [Movement] = []
        for event in records(.balanceEvent) {
            guard let day = day(event.fields["occurred_at"]), let amount = event.fields["amount"]?.double else {
                continue
            }
            let lowers = event.fields["kind"] == "withdrawal" || event.fields["kind"] == "fee"
            movements.append(Movement(source: .event, day: day, amount: lowers ? -amount : amount))
        }
        for trade in records(.trade) {
            guard let day = day(trade.fields["closed_at"]), let amount = trade.fields["net_pnl"]?.double else {
                continue
            }
            movements.append(Movement(source: .trade, day: day, amount: amount))
        }
        for payout in records(.payout) where payout.fields["status"] == "paid" {
            guard let day = day(payout.fields["requested_at"]), let amount = payout.fields["amount"]?.double
            else { continue }
            movements.append(Movement(source: .payout, day: day, amount: -amount))
        }
        return movements
    }

    /// The accounts that `?account_id=` selects; all without it.
    private static func accounts(_ state: JournalState, _ call: JournalCall) -> [Record] {
        let chosen = call.queryValue("account_id")
        return state.all(.account).filter { chosen == nil || $0.id == chosen }
    }

    private static func status(_ state: inout JournalState, _ call: JournalCall) -> JournalOutcome {
        let data = accounts(state, call).map { account -> JSONValue in
            let movements = movements(state, accountID: account.id)
            func total(_ source: Movement.Source) -> Double {
                movements.filter { $0.source == source }.reduce(0) { $0 + $1.amount }
            }
            let start = account.fields["starting_balance"]?.double ?? 0
            let events = total(.event)
            let trades = total(.trade)
            let payouts = total(.payout)
            return [
                "account_id": .string(account.id),
                "currency": account.fields["currency"] ?? nil,
                "starting_balance": .number(start),
                "events_total": .number(events),
                "realized_pnl": .number(trades),
                "payouts_total": .number(-payouts),
                "balance": .number(start + events + trades + payouts),
            ]
        }
        return .json(200, ["data": .array(data)])
    }

    /// The balance at the end of every day on which it changed, from `from` to `to`.
    private static func snapshots(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        let from = try call.queryDate("from") ?? CivilDate(daysSinceEpoch: .min)
        let to = try call.queryDate("to") ?? CivilDate(daysSinceEpoch: .max)
        var data: [JSONValue] = []
        for account in accounts(state, call) {
            var balance = account.fields["starting_balance"]?.double ?? 0
            let days = Dictionary(grouping: movements(state, accountID: account.id), by: \.day)
            for (day, movements) in days.sorted(by: { $0.key < $1.key }) {
                let change = movements.reduce(0) { $0 + $1.amount }
                balance += change
                guard day >= from, day <= to else { continue }
                data.append([
                    "account_id": .string(account.id), "date": .string(day.text),
                    "change": .number(change), "balance": .number(balance),
                ])
            }
        }
        return .json(200, ["data": .array(data)])
    }
}
