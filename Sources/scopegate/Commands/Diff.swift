import ArgumentParser
import Digests
import GatewayConfig
import RouteMap
import ScopeModel

/// Says what a new route map does otherwise than an old one.
struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two route maps by their effect on requests.",
        discussion: """
            Says for each method and template whether other keys get through than before, whatever the text looks like. \
            Ends with 1 when access widens: when some request that was refused would be let through. Both files are \
            read with the catalog of the configuration, or the built-in one, or with those that are named.

            Example: scopegate diff routes.yaml routes.new.yaml
            """
    )

    @Argument(help: "The route file that is in force.")
    var old: String

    @Argument(help: "The route file that is to come.")
    var new: String

    @Option(help: "The catalog of both files.")
    var catalog: String?

    @Option(help: "The catalog of the old file, when it is another one.")
    var oldCatalog: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    /// What becomes otherwise of paths that are nearly those of a literal route.
    private enum NearMissChange: String, Encodable {
        case nowAllowed = "now allowed"
        case nowRefused = "now refused"

        init?(_ old: Bool, _ new: Bool) {
            guard old != new else { return nil }
            self = new ? .nowRefused : .nowAllowed
        }
    }

    private struct Report: Encodable {
        struct Side: Encodable {
            var template: String
            var requirement: String
            var body: String
            var firstByteTimeout: String?
            var idleTimeout: String?
            var allow: [String]?
            var line: Int?
            var column: Int?

            enum CodingKeys: String, CodingKey {
                case template, requirement, body, allow, line, column
                case firstByteTimeout = "first_byte_timeout"
                case idleTimeout = "idle_timeout"
            }

            init(_ side: RouteMapDiff.Side) {
                template = side.template
                requirement = side.requirement
                body =
                    switch side.body {
                    case .inherited: "inherited"
                    case .unlimited: "unlimited"
                    case .bytes(let count): "\(count)"
                    }
                firstByteTimeout = side.timeouts.firstByte?.configurationText
                idleTimeout = side.timeouts.idle?.configurationText
                allow = side.allowance.isEmpty ? nil : side.allowance.words
                line = side.position?.line
                column = side.position?.column
            }
        }

        struct Change: Encodable {
            var method: String
            var template: String
            var effect: String
            var widens: Bool
            var old: Side?
            var new: Side?
        }

        var widens: Bool
        var nearMisses: NearMissChange?
        var changes: [Change]

        enum CodingKeys: String, CodingKey {
            case widens, changes
            case nearMisses = "near_misses"
        }
    }

    func run() throws {
        let newCatalog = try catalog.map { try config.loadCatalogOrExit($0) } ?? config.loadMap().catalog
        let earlier = try oldCatalog.map { try config.loadCatalogOrExit($0) } ?? newCatalog
        let maps = (
            old: try config.loadRoutesOrExit(old, earlier), new: try config.loadRoutesOrExit(new, newCatalog)
        )
        let diff = RouteMapDiff(old: maps.old, earlier, new: maps.new, newCatalog)
        let nearMisses = NearMissChange(maps.old.refusesNearMisses, maps.new.refusesNearMisses)
        let widens = diff.widens || nearMisses == .nowAllowed
        switch format.format {
        case .json:
            try printJSON(
                Report(
                    widens: widens,
                    nearMisses: nearMisses,
                    changes: diff.changes.map {
                        .init(
                            method: $0.method,
                            template: $0.template,
                            effect: $0.effect.rawValue,
                            widens: $0.widens,
                            old: $0.old.map(Report.Side.init),
                            new: $0.new.map(Report.Side.init)
                        )
                    }
                )
            )
        case .text: show(diff, nearMisses)
        }
        if widens { throw ExitStatus.finding }
    }

    private func show(_ diff: RouteMapDiff, _ nearMisses: NearMissChange?) {
        if let nearMisses {
            let colour: Colour = nearMisses == .nowAllowed ? .red : .green
            let mark = nearMisses == .nowAllowed ? "!" : " "
            print(colour.text("\(mark) \(nearMisses.rawValue)  paths that are nearly those of a literal route"))
        }
        guard !diff.changes.isEmpty else { return nearMisses == nil ? print("no change in effect") : () }
        var table = TextTable()
        for change in diff.changes {
            table.add(
                "\(change.widens ? "!" : " ") \(Self.word(change.effect))",
                change.method,
                change.template,
                "\(text(change.old, change)) → \(text(change.new, change))"
            )
        }
        for (line, change) in zip(table.text.split(separator: "\n"), diff.changes) {
            let colour: Colour = change.widens ? .red : change.effect == .body ? .yellow : .green
            print(colour.text(String(line)))
        }
        let widening = diff.changes.filter(\.widens).count
        print("\(diff.changes.count) changed, \(widening == 0 ? "none widens" : "\(widening) widen") access")
    }

    private func text(_ side: RouteMapDiff.Side?, _ change: RouteMapDiff.Change) -> String {
        guard let side else { return "refused" }
        var text = side.requirement
        if change.effect == .body {
            switch side.body {
            case .inherited: text += ", body as limits.body"
            case .unlimited: text += ", body unlimited"
            case .bytes(let count): text += ", body \(count) bytes"
            }
        }
        if change.effect == .allow {
            text +=
                side.allowance.isEmpty ? ", allows none" : ", allows \(side.allowance.words.joined(separator: " and "))"
        }
        if change.effect == .timeouts {
            text += side.timeouts.firstByte.map { ", first byte in \($0.configurationText)" } ?? ""
            text += side.timeouts.idle.map { ", idle for \($0.configurationText)" } ?? ""
            if side.timeouts == RouteTimeouts() { text += ", time-outs as upstream" }
        }
        if side.template != change.template { text += " (\(side.template))" }
        return text
    }

    private static func word(_ effect: RouteMapDiff.Effect) -> String {
        switch effect {
        case .added: "now allowed"
        case .removed: "now refused"
        case .madePublic: "now public"
        case .wider: "needs less"
        case .narrower: "needs more"
        case .other: "needs other"
        case .body: "body limit"
        case .allow: "encodings"
        case .timeouts: "time-outs"
        }
    }
}
