/// Trading accounts. There is no DELETE: an account is set aside by `archived`.
enum Accounts {
    static let rules: [FieldRule] = [
        .required("name", .text(200)),
        .optional("kind", .choice(["live", "demo", "prop"]), else: "demo"),
        .optional("currency", .choice(["USD", "EUR", "GBP", "CHF", "JPY", "AUD", "CAD"]), else: "USD"),
        .nullable("broker_id", .choice(Catalog.brokerIDs)),
        .nullable("prop_firm_preset_id", .choice(Catalog.propFirmPresetIDs)),
        .optional("starting_balance", .number(0...1e12), else: 0),
        .optional("archived", .flag, else: false),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.account, "/accounts"),
        CollectionOperations.create(.account, "/accounts"),
        CollectionOperations.read(.account, "/accounts/{accountId}"),
        CollectionOperations.update(.account, "/accounts/{accountId}"),
    ]
}
