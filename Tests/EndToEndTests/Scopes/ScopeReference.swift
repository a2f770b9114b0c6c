/// The scopes of the reference, with the operations that it names for each. Written from the reference itself, not from
/// config/routes.yaml, which it is held against.
enum ScopeReference {
    struct Operation: Sendable, CustomStringConvertible {
        var method: String
        var path: String
        var scope: String

        var description: String { "\(method) \(path) (\(scope))" }
    }

    static let resources = [
        "trades", "accounts", "balance", "goals", "protocols", "tags", "strategies", "screenshots", "copy_groups",
        "autosync", "settings",
    ]

    /// Every scope that there is; `read:catalog` has no pair.
    static let scopes = resources.flatMap { ["read:\($0)", "write:\($0)"] } + ["read:catalog"]

    /// Every operation of the reference, with the one scope that it needs. Settings have none in the journal's map.
    static let operations: [Operation] = table.split(separator: "\n").map { line in
        let parts = line.split(separator: " ").map(String.init)
        return Operation(method: parts[0], path: "/api/v1" + parts[1], scope: parts[2])
    }

    /// What a request needs to be served and to change something in the journal, by scope.
    static func sample(_ scope: String) -> (method: String, path: String, fields: [String], body: String) {
        let json = ["Content-Type: application/json"]
        let (method, path, body) =
            switch scope {
            case "read:trades": ("GET", "/trades/trd_1", "")
            case "write:trades": ("PATCH", "/trades/trd_1", #"{"notes":"seen"}"#)
            case "read:accounts": ("GET", "/accounts", "")
            case "write:accounts": ("PATCH", "/accounts/acc_1", #"{"name":"Main"}"#)
            case "read:balance": ("GET", "/balance/status", "")
            case "write:balance": ("POST", "/balance/payouts", #"{"account_id":"acc_1","amount":1}"#)
            case "read:goals": ("GET", "/goals/goal_1", "")
            case "write:goals": ("PATCH", "/goals/goal_1", #"{"target":300}"#)
            case "read:protocols": ("GET", "/protocols/pro_1", "")
            case "write:protocols":
                ("POST", "/protocols/pro_1/responses", #"{"answers":[{"question_id":"que_1","answer":"no"}]}"#)
            case "read:tags": ("GET", "/tag-categories", "")
            case "write:tags": ("PUT", "/trades/trd_1/tags", #"{"tag_ids":["tag_1"]}"#)
            case "read:strategies": ("GET", "/strategies/str_1/setups", "")
            case "write:strategies": ("PATCH", "/strategies/str_1", #"{"active":false}"#)
            case "read:screenshots": ("GET", "/screenshots/scr_1", "")
            case "write:screenshots": ("POST", "/screenshots", "not really a picture")
            case "read:copy_groups": ("GET", "/copy-groups/cpg_1/members", "")
            case "write:copy_groups":
                ("PUT", "/copy-groups/cpg_1/members", #"{"members":[{"account_id":"acc_2","multiplier":1}]}"#)
            case "read:autosync": ("GET", "/autosync/history", "")
            case "write:autosync": ("POST", "/autosync/sync", #"{"account_id":"acc_1"}"#)
            case "read:settings": ("GET", "/settings", "")
            case "write:settings": ("PUT", "/settings", #"{"theme":"dark"}"#)
            default: ("GET", "/catalog/emotions", "")
            }
        let fields = scope == "write:screenshots" ? ["Content-Type: image/png"] : body.isEmpty ? [] : json
        return (method, "/api/v1" + path, fields, body)
    }

    private static let table = """
        GET /trades read:trades
        GET /trades/trd_1 read:trades
        GET /trades/trd_1/executions read:trades
        GET /trades/trd_1/tags read:trades
        GET /trades/trd_1/confirmations read:trades
        POST /trades write:trades
        PATCH /trades/trd_1 write:trades
        DELETE /trades/trd_9 write:trades
        PUT /trades/trd_1/confirmations write:trades
        PUT /trades/trd_1/tags write:tags
        GET /accounts read:accounts
        GET /accounts/acc_1 read:accounts
        POST /accounts write:accounts
        PATCH /accounts/acc_1 write:accounts
        GET /balance/status read:balance
        GET /balance/events read:balance
        GET /balance/payouts read:balance
        GET /balance/snapshots read:balance
        POST /balance/events write:balance
        POST /balance/payouts write:balance
        GET /goals read:goals
        GET /goals/goal_1 read:goals
        GET /goals/goal_1/progress read:goals
        POST /goals write:goals
        PATCH /goals/goal_1 write:goals
        DELETE /goals/goal_9 write:goals
        GET /protocols read:protocols
        GET /protocols/pro_1 read:protocols
        GET /protocols/pro_1/responses read:protocols
        POST /protocols write:protocols
        PATCH /protocols/pro_1 write:protocols
        DELETE /protocols/pro_9 write:protocols
        POST /protocols/pro_1/responses write:protocols
        GET /tags read:tags
        GET /tags/tag_1 read:tags
        POST /tags write:tags
        PATCH /tags/tag_1 write:tags
        DELETE /tags/tag_9 write:tags
        GET /tag-categories read:tags
        GET /tag-categories/cat_1 read:tags
        POST /tag-categories write:tags
        PATCH /tag-categories/cat_1 write:tags
        DELETE /tag-categories/cat_9 write:tags
        GET /strategies read:strategies
        GET /strategies/str_1 read:strategies
        GET /strategies/str_1/setups read:strategies
        GET /strategies/str_1/confirmation-templates read:strategies
        POST /strategies write:strategies
        PATCH /strategies/str_1 write:strategies
        DELETE /strategies/str_9 write:strategies
        GET /screenshots/scr_1 read:screenshots
        POST /screenshots write:screenshots
        DELETE /screenshots/scr_9 write:screenshots
        GET /copy-groups read:copy_groups
        GET /copy-groups/cpg_1 read:copy_groups
        GET /copy-groups/cpg_1/members read:copy_groups
        POST /copy-groups write:copy_groups
        PATCH /copy-groups/cpg_1 write:copy_groups
        DELETE /copy-groups/cpg_9 write:copy_groups
        PUT /copy-groups/cpg_1/members write:copy_groups
        GET /autosync/status read:autosync
        GET /autosync/history read:autosync
        POST /autosync/sync write:autosync
        GET /catalog/brokers read:catalog
        GET /catalog/instruments read:catalog
        GET /catalog/prop-firm-presets read:catalog
        GET /catalog/emotions read:catalog
        """
}
