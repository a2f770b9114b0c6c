/// Strategies with their setups and confirmation templates embedded.
///
/// A POST or PATCH upserts the embedded objects: one with an id takes the place of the one that has it, one without is
/// added, and those that are not given stay.
enum Strategies {
    static let rules: [FieldRule] = [
        .required("name", .text(200)),
        .optional("description", .prose(10_000), else: ""),
        .optional("setups", .entries(prefix: "set", setupRules, atMost: 100), else: []),
        .optional("confirmation_templates", .entries(prefix: "ctp", confirmationRules, atMost: 100), else: []),
        .optional("active", .flag, else: true),
    ]

    private static let setupRules: [FieldRule] = [
        .required("name", .text(200)),
        .optional("description", .prose(5000), else: ""),
    ]

    private static let confirmationRules: [FieldRule] = [
        .required("label", .text(200)),
        .optional("required", .flag, else: false),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.strategy, "/strategies"),
        CollectionOperations.create(.strategy, "/strategies", complete: complete),
        CollectionOperations.read(.strategy, "/strategies/{strategyId}"),
        CollectionOperations.update(.strategy, "/strategies/{strategyId}", complete: complete),
        CollectionOperations.delete(.strategy, "/strategies/{strategyId}") { state, strategyID in
            state.updateAll(.trade) { trade in
                if trade.fields["strategy_id"]?.string == strategyID { trade.fields["strategy_id"] = .null }
            }
        },
        CollectionOperations.readMember("setups", of: .strategy, "/strategies/{strategyId}/setups"),
        CollectionOperations.readMember(
            "confirmation_templates",
            of: .strategy,
            "/strategies/{strategyId}/confirmation-templates"
        ),
    ]

    private static func complete(
        _ state: inout JournalState,
        _ fields: inout [String: JSONValue],
        _ old: [String: JSONValue]
    ) throws(JournalError) {
        for (member, prefix) in [("setups", "set"), ("confirmation_templates", "ctp")] {
            fields[member] = .array(
                try state.embed(
                    fields[member]?.array ?? [],
                    into: old[member]?.array ?? [],
                    prefix: prefix,
                    keepOthers: true,
                    at: member
                )
            )
        }
    }
}
