import CivilCalendar
import SimpleHTTP

/// Goals, and how far each was reached in each period, which follows from the closed trades.
enum Goals {
    static let rules: [FieldRule] = [
        .required("name", .text(200)),
        .required("metric", .choice(["net_pnl", "trade_count", "win_rate"])),
        .required("period", .choice(["day", "week", "month"])),
        .required("target", .money),
        .nullable("account_id", .reference(.account)),
        .optional("active", .flag, else: true),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.goal, "/goals"),
        CollectionOperations.create(.goal, "/goals"),
        CollectionOperations.read(.goal, "/goals/{goalId}"),
        CollectionOperations.update(.goal, "/goals/{goalId}"),
        CollectionOperations.delete(.goal, "/goals/{goalId}"),
        JournalOperation(.get, "/goals/{goalId}/progress") { (state, call) throws(JournalError) in
            .json(200, ["data": .array(progress(of: try state.record(.goal, id: call.id), in: state))])
        },
    ]

    /// One entry for every period in which trades were closed, the oldest first.
    private static func progress(of goal: Record, in state: JournalState) -> [JSONValue] {
        let accountID = goal.fields["account_id"]?.string
        let period = goal.fields["period"]?.string ?? ""
        let target = goal.fields["target"]?.double ?? 0
        var profits: [CivilDate: [Double]] = [:]
        for trade in state.all(.trade) where accountID == nil || trade.fields["account_id"]?.string == accountID {
            guard let day = Trades.closingDay(trade.fields), let profit = trade.fields["net_pnl"]?.double
            else { continue }
            profits[start(of: period, containing: day), default: []].append(profit)
        }
        return profits.sorted { $0.key < $1.key }.map { start, profits in
            let value = measure(goal.fields["metric"]?.string ?? "", profits)
            return [
                "period_start": .string(start.text), "value": .number(value), "target": .number(target),
                "achieved": .bool(value >= target),
            ]
        }
    }

    /// Weeks begin on Monday.
    static func start(of period: String, containing day: CivilDate) -> CivilDate {
        switch period {
        case "week": CivilDate(daysSinceEpoch: day.daysSinceEpoch - day.weekday)
        case "month": CivilDate(daysSinceEpoch: day.daysSinceEpoch - day.components.day + 1)
        default: day
        }
    }

    /// `win_rate` is in percent.
    private static func measure(_ metric: String, _ profits: [Double]) -> Double {
        switch metric {
        case "net_pnl": profits.reduce(0, +)
        case "win_rate": 100 * Double(profits.filter { $0 > 0 }.count) / Double(profits.count)
        default: Double(profits.count)
        }
    }
}
