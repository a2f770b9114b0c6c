/// The kinds of resources that are stored.
enum ResourceKind: String, CaseIterable, Sendable {
    case account, trade
    case balanceEvent = "balance event"
    case payout, goal
    case `protocol`
    case protocolResponse = "protocol response"
    case tag
    case tagCategory = "tag category"
    case strategy, screenshot
    case copyGroup = "copy group"
    case syncRun = "sync run"

    /// What people call one of them.
    var noun: String { rawValue }

    /// What ids begin with.
    var prefix: String {
        switch self {
        case .account: "acc"
        case .trade: "trd"
        case .balanceEvent: "bev"
        case .payout: "pay"
        case .goal: "goal"
        case .protocol: "pro"
        case .protocolResponse: "res"
        case .tag: "tag"
        case .tagCategory: "cat"
        case .strategy: "str"
        case .screenshot: "scr"
        case .copyGroup: "cpg"
        case .syncRun: "run"
        }
    }

    /// The members that a client may set.
    var rules: [FieldRule] {
        switch self {
        case .account: Accounts.rules
        case .trade: Trades.rules
        case .balanceEvent: Balance.eventRules
        case .payout: Balance.payoutRules
        case .goal: Goals.rules
        case .protocol: Protocols.rules
        case .protocolResponse: Protocols.responseRules
        case .tag: Tags.rules
        case .tagCategory: Tags.categoryRules
        case .strategy: Strategies.rules
        case .screenshot: Screenshots.rules
        case .copyGroup: CopyGroups.rules
        case .syncRun: Autosync.rules
        }
    }

    /// The members that only a path below the resource shows.
    var membersBelow: [String] {
        switch self {
        case .trade: ["executions", "confirmations", "tag_ids"]
        case .copyGroup: ["members"]
        default: []
        }
    }
}
