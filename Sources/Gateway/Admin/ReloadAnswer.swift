import GatewayConfig
import RouteMap
import StrictJSON

/// Generations and reloads as JSON.
enum ReloadAnswer {
    /// What a reload came to.
    static func json(_ result: ReloadResult) -> JSONOutput {
        .object([
            ("ok", .bool(result.succeeded)), ("time", .count(result.timeMicroseconds / 1_000_000)),
            ("way", .string(result.way.rawValue)), ("generation", json(result.generation)),
            ("errors", .array(result.errors.map(json))), ("warnings", .array(result.warnings.map(json))),
            ("needs_restart", .strings(result.needsRestart)),
            ("changes", result.changes.map { .array($0.map(json)) } ?? .null),
        ])
    }

    /// A generation.
    static func json(_ generation: Generation) -> JSONOutput {
        .object([
            ("number", .count(generation.number)), ("digest", .string(generation.digest)),
            ("routes", .count(generation.routes)), ("since", .count(generation.timeMicroseconds / 1_000_000)),
            ("way", .string(generation.way.rawValue)),
        ])
    }

    private static func json(_ diagnostic: Diagnostic) -> JSONOutput {
        var members: [(String, JSONOutput)] = [
            ("file", .string(diagnostic.file)), ("line", .count(diagnostic.line)),
            ("column", .count(diagnostic.column)), ("severity", .string(diagnostic.severity.rawValue)),
            ("message", .string(diagnostic.message)),
        ]
        if let help = diagnostic.suggestion { members.append(("help", .string(help))) }
        return .object(members)
    }

    private static func json(_ change: RouteMapDiff.Change) -> JSONOutput {
        func side(_ side: RouteMapDiff.Side?) -> JSONOutput {
            side.map { .object([("template", .string($0.template)), ("requirement", .string($0.requirement))]) }
                ?? .null
        }
        return .object([
            ("method", .string(change.method)), ("template", .string(change.template)),
            ("effect", .string(change.effect.rawValue)), ("widens", .bool(change.widens)),
            ("old", side(change.old)), ("new", side(change.new)),
        ])
    }
}
