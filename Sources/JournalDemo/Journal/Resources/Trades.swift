import CivilCalendar
import SimpleHTTP

/// Trades, with their executions, tags and confirmations.
enum Trades {
    static let rules: [FieldRule] = [
        .required("account_id", .reference(.account)),
        .required("symbol", .text(32)),
        .required("side", .choice(["long", "short"])),
        .required("quantity", .positive),
        .required("entry_price", .positive),
        .nullable("exit_price", .positive),
        .optional("point_value", .positive, else: 1),
        .optional("fees", .number(0...1e9), else: 0),
        .required("opened_at", .timestamp),
        .nullable("closed_at", .timestamp),
        .nullable("strategy_id", .reference(.strategy)),
        .optional("emotions", .set(.choice(Catalog.emotionIDs), atMost: 10), else: []),
        .optional("notes", .prose(10_000), else: ""),
        .optional("executions", .entries(prefix: "exe", executionRules, atMost: 1000), else: []),
    ]

    private static let executionRules: [FieldRule] = [
        .required("side", .choice(["buy", "sell"])),
        .required("quantity", .positive),
        .required("price", .positive),
        .required("executed_at", .timestamp),
        .optional("fee", .number(0...1e9), else: 0),
    ]

    private static let confirmationRules: [FieldRule] = [
        .required("label", .text(200)),
        .required("confirmed", .flag),
        .optional("note", .prose(2000), else: ""),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.trade, "/trades", hasEntityTag: true),
        CollectionOperations.create(.trade, "/trades", complete: complete),
        CollectionOperations.read(.trade, "/trades/{tradeId}", hasEntityTag: true),
        CollectionOperations.update(.trade, "/trades/{tradeId}", complete: complete),
        CollectionOperations.delete(.trade, "/trades/{tradeId}", cascade: forget),
        CollectionOperations.readMember(
            "executions",
            of: .trade,
            "/trades/{tradeId}/executions",
            hasEntityTag: true
        ),
        JournalOperation(.get, "/trades/{tradeId}/tags", hasEntityTag: true, readTags),
        JournalOperation(.put, "/trades/{tradeId}/tags", replaceTags),
        CollectionOperations.readMember(
            "confirmations",
            of: .trade,
            "/trades/{tradeId}/confirmations",
            hasEntityTag: true
        ),
        CollectionOperations.replaceMember(
            .required("confirmations", .entries(prefix: "cfm", confirmationRules, atMost: 100)),
            of: .trade,
            "/trades/{tradeId}/confirmations"
        ) { (state, fields, old) throws(JournalError) in
            fields["confirmations"] = .array(
                try state.embed(
                    fields["confirmations"]?.array ?? [],
                    into: old["confirmations"]?.array ?? [],
                    prefix: "cfm",
                    keepOthers: false,
                    at: "confirmations"
                )
            )
        },
    ]

    /// The profit or loss of a closed trade after fees; nil while it is open.
    static func netProfit(_ fields: [String: JSONValue]) -> Double? {
        guard let entry = fields["entry_price"]?.double, let exit = fields["exit_price"]?.double,
            let quantity = fields["quantity"]?.double, let pointValue = fields["point_value"]?.double,
            let fees = fields["fees"]?.double
        else { return nil }
        let direction: Double = fields["side"] == "short" ? -1 : 1
        // To the cent, so that binary fractions don't show.
        return ((exit - entry) * quantity * pointValue * direction * 100).rounded() / 100 - fees
    }

    /// The day on which a closed trade was closed, in UTC.
    static func closingDay(_ fields: [String: JSONValue]) -> CivilDate? {
        fields["closed_at"]?.string.flatMap(Timestamp.init(parsing:))?.date
    }

    private static func complete(
        _ state: inout JournalState,
        _ fields: inout [String: JSONValue],
        _ old: [String: JSONValue]
    ) throws(JournalError) {
        let isClosed = fields["exit_price"] != .null
        guard isClosed == (fields["closed_at"] != .null) else {
            throw .invalid("closed_at", "and exit_price must be given together")
        }
        if let opened = fields["opened_at"]?.string.flatMap(Timestamp.init(parsing:)),
            let closed = fields["closed_at"]?.string.flatMap(Timestamp.init(parsing:)), closed < opened
        {
            throw .invalid("closed_at", "must not be before opened_at")
        }
        fields["executions"] = .array(
            try state.embed(
                fields["executions"]?.array ?? [],
                into: old["executions"]?.array ?? [],
                prefix: "exe",
                keepOthers: false,
                at: "executions"
            )
        )
        fields["status"] = isClosed ? "closed" : "open"
        fields["net_pnl"] = netProfit(fields).map { .number($0) } ?? .null
    }

    /// The screenshots of a deleted trade stay, without the trade; so do recorded protocol responses.
    private static func forget(_ state: inout JournalState, _ tradeID: String) {
        for kind in [ResourceKind.screenshot, .protocolResponse] {
            state.updateAll(kind) { record in
                if record.fields["trade_id"]?.string == tradeID { record.fields["trade_id"] = .null }
            }
        }
    }

    private static func readTags(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        let ids = try state.record(.trade, id: call.id).fields["tag_ids"]?.array ?? []
        var tags: [JSONValue] = []
        for id in ids { tags.append(try state.record(.tag, id: id.string ?? "").json) }
        return .json(200, ["data": .array(tags)])
    }

    private static func replaceTags(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        _ = try state.record(.trade, id: call.id)
        let rule = FieldRule.required("tag_ids", .set(.reference(.tag), atMost: 100))
        let checked = try state.checked(call.members(), [rule], isPartial: false, at: call.now)
        try state.update(.trade, id: call.id, at: call.now) { $0.fields["tag_ids"] = checked["tag_ids"] }
        return try readTags(&state, call)
    }
}
