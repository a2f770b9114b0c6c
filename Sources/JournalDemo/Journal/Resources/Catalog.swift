/// What the platform manages: brokers, instruments, prop firm presets and emotions. It can only be read.
enum Catalog {
    private static let brokers: [JSONValue] = [
        ["id": "ibkr", "name": "Interactive Brokers", "markets": ["stocks", "options", "futures", "forex"]],
        ["id": "tradovate", "name": "Tradovate", "markets": ["futures"]],
        ["id": "oanda", "name": "OANDA", "markets": ["forex"]],
        ["id": "kraken", "name": "Kraken", "markets": ["crypto"]],
    ]

    private static let instruments: [JSONValue] = [
        ["symbol": "ES", "name": "E-mini S&P 500", "market": "futures", "tick_size": 0.25, "point_value": 50],
        ["symbol": "NQ", "name": "E-mini Nasdaq-100", "market": "futures", "tick_size": 0.25, "point_value": 20],
        ["symbol": "CL", "name": "Crude Oil", "market": "futures", "tick_size": 0.01, "point_value": 1000],
        ["symbol": "EURUSD", "name": "Euro / US Dollar", "market": "forex", "tick_size": 0.00001, "point_value": 1],
        ["symbol": "BTCUSD", "name": "Bitcoin / US Dollar", "market": "crypto", "tick_size": 0.5, "point_value": 1],
    ]

    private static let propFirmPresets: [JSONValue] = [
        ["id": "evaluation-50k", "name": "50k evaluation", "starting_balance": 50_000, "max_drawdown": 2500],
        ["id": "evaluation-100k", "name": "100k evaluation", "starting_balance": 100_000, "max_drawdown": 3000],
    ]

    private static let emotions: [JSONValue] = [
        ["id": "calm", "name": "Calm", "valence": "positive"],
        ["id": "confident", "name": "Confident", "valence": "positive"],
        ["id": "anxious", "name": "Anxious", "valence": "negative"],
        ["id": "greedy", "name": "Greedy", "valence": "negative"],
        ["id": "bored", "name": "Bored", "valence": "negative"],
    ]

    static let brokerIDs = brokers.compactMap { $0["id"]?.string }
    static let propFirmPresetIDs = propFirmPresets.compactMap { $0["id"]?.string }
    static let emotionIDs = emotions.compactMap { $0["id"]?.string }

    static let operations: [JournalOperation] = [
        list(brokers, "/catalog/brokers"),
        list(instruments, "/catalog/instruments"),
        list(propFirmPresets, "/catalog/prop-firm-presets"),
        list(emotions, "/catalog/emotions"),
    ]

    private static func list(_ entries: [JSONValue], _ template: String) -> JournalOperation {
        JournalOperation(.get, template) { _, _ in .json(200, ["data": .array(entries)]) }
    }
}
