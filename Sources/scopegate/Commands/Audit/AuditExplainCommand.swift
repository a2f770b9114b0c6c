import ArgumentParser
import Audit
import GatewayConfig
import RouteMap
import ScopeModel

/// Tells the whole story of one refusal.
struct AuditExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the whole story of a refusal: who, what, by which rule, and what would have let it through.",
        discussion: """
            ID is the request's id, which the refused caller finds in X-Request-Id and in the body. With a configuration \
            it also says what the route map that is there now would decide. Ends with 1 when there is no such request.

            Example: scopegate audit explain 01M85DPBBTNG2SVB3AB4J8TWGR
            """
    )

    @Argument(help: "The request's id.")
    var id: String

    @OptionGroup var log: AuditLogOption
    @OptionGroup var format: FormatOption

    func validate() throws {
        if id.isEmpty { throw ValidationError("the id is empty, which no request has") }
    }

    func run() throws {
        var filter = AuditFilter()
        filter.requestIDs = [id]
        var found = 0
        var output = StandardOutput()
        let map = log.config.isPresent ? try? log.config.loadMap() : nil
        let isWhole = try AuditScan.run(path: log.path(), filter: filter) { line in
            if found > 0, format.format == .text { output.write("\n") }
            found += 1
            switch format.format {
            case .json:
                output.write(line.bytes)
                output.write("\n")
            case .text: output.write(Self.story(line, map) + "\n")
            }
            return .goOn
        }
        output.flush()
        if found == 0 {
            StandardError.write("there is no record of a request \(id)\(isWhole ? "" : " in what could be read")")
        }
        if found == 0 || !isWhole { throw ExitStatus.finding }
    }

    private static func story(_ line: AuditLine, _ map: (catalog: ScopeCatalog, routeMap: RouteMap)?) -> String {
        var table = TextTable()
        func add(_ heading: String, _ field: AuditField) {
            if let text = line.text(field) { table.add(heading, text) }
        }
        let code = line.text(.code) ?? ""
        table.add("request", [line.text(.method), line.text(.path)].compactMap(\.self).joined(separator: " "))
        add("query", .query)
        add("id", .requestID)
        add("client's id", .clientRequestID)
        add("trace", .traceID)
        add("time", .time)
        add("client", .client)
        add("for", .forwardedClient)
        add("user agent", .userAgent)
        add("key", .keyFingerprint)
        add("key id", .keyID)
        add("subject", .subject)
        add("gateway", .instance)
        add("route", .template)
        table.add("answer", [line.text(.status), code].compactMap(\.self).joined(separator: " "))
        if let cut = line.text(.cut) { table.add("cut", "the response did not come to its end: \(cut)") }
        if let granted = line.list(.grantedScopes) {
            table.add("key has", granted.isEmpty ? "no scopes" : granted.joined(separator: " "))
        }
        table.add("why", reason(line, code))
        if let shadow = shadow(line) { table.add("shadow", shadow) }
        if line.raw(.shadowCode) == nil, let remedy = remedy(line, code) { table.add("remedy", remedy) }
        if let now = now(line, map) { table.add("now", now) }
        table.add("record", "\(line.text(.sequence) ?? "?"), by route map \(line.text(.generation) ?? "?")")
        return table.text
    }

    /// The rule that decided, in words.
    private static func reason(_ line: AuditLine, _ code: String) -> String {
        let scope = line.text(.requiredScope) ?? "a scope"
        let all = line.list(.requiredScopes) ?? []
        let status = line.text(.status)
        let text =
            switch code {
            case "forbidden_scope" where all.count > 1:
                "the route needs \(all.joined(separator: ", ")), and the key lacks \(scope)"
            case "forbidden_scope": "the route needs \(scope), and the key does not have it"
            case "missing_key": "the route needs a key, and the request had none"
            case "invalid_key": "the key is not known, was revoked, or has not the syntax of one"
            case "expired_key": "the key's time is over"
            case "ambiguous_key": "the request had more than one key, or keys in more than one place"
            case "unmapped_route": "no template of the route map matches the path"
            case "method_not_allowed": "the route map has the path, but not with this method"
            case "introspection_unavailable":
                "the key could not be checked, for the introspection endpoint did not answer"
            case "allowed": "the request was let through"
            case "request_timeout": "the request did not arrive in time"
            case "unexpected_body": "the request had a body, which its route allows with no method that has none"
            case "body_too_large", "target_too_long", "headers_too_large": "the request was larger than a limit"
            default: "the request was refused as \(code) before a decision"
            }
        let isLate = status == "503" && !code.hasSuffix("unavailable") && code != "overloaded"
        return isLate ? text + "; it could not be recorded in time, so the client was told audit_unavailable" : text
    }

    /// What the shadow map would have decided, when the record is about that.
    private static func shadow(_ line: AuditLine) -> String? {
        guard let code = line.text(.shadowCode) else { return nil }
        let route = line.text(.shadowTemplate).map { "by the route \($0)" } ?? "without a route"
        let digest = line.text(.shadowDigest).map { " of map \($0.prefix(12))…" } ?? ""
        let outcome =
            switch code {
            case "allowed": "it would be let through"
            case "depends_on_key": "it would depend on the key, of which nothing is known"
            default: "it would be \([code, line.text(.shadowRequiredScope)].compactMap(\.self).joined(separator: " "))"
            }
        return "\(outcome), \(route)\(digest)"
    }

    /// What would have let it through.
    private static func remedy(_ line: AuditLine, _ code: String) -> String? {
        switch code {
        case "forbidden_scope":
            let granted = Set(line.list(.grantedScopes) ?? [])
            let missing = (line.list(.requiredScopes) ?? []).filter { !granted.contains($0) }
            guard let scope = line.text(.requiredScope) else { return nil }
            if missing.count > 1 {
                return "a key with \(missing.joined(separator: " and ")), or with one of them if the route takes any"
            }
            return "a key with \(scope)"
        case "missing_key", "invalid_key", "expired_key": return "a valid key, as Authorization: Bearer or X-API-Key"
        case "ambiguous_key": return "one key in one place"
        case "unmapped_route":
            // Only a denied route has a template.
            return line.text(.template) == nil
                ? "an entry for this path in the route map, if it is meant to be reached"
                : "another requirement than denied, if it is meant to be reached"
        case "method_not_allowed": return "an entry for this method, if it is meant to be used"
        default: return nil
        }
    }

    /// What the route map that is there now would decide for the same scopes.
    private static func now(_ line: AuditLine, _ map: (catalog: ScopeCatalog, routeMap: RouteMap)?) -> String? {
        guard let (catalog, routeMap) = map, let method = line.text(.method), let path = line.text(.path) else {
            return nil
        }
        let explanation = routeMap.explain(method: method, path: path)
        switch explanation.match {
        case .unmapped: return "unmapped_route"
        case .refused(let fault): return "invalid_request_target: \(fault.message)"
        case .methodNotAllowed:
            return "method_not_allowed; mapped are \(explanation.allowedMethods.joined(separator: ", "))"
        case .denied: return "unmapped_route: the map denies it whatever the key"
        case .route:
            guard let requirement = explanation.requirement else { return nil }
            let needs = "the route needs \(requirement.description(in: catalog))"
            guard requirement.needsKey else { return "\(needs): allow" }
            guard let granted = line.list(.grantedScopes) else { return needs }
            var scopes = ScopeSet()
            for name in granted { if let id = try? catalog.id(named: name) { scopes.insert(id) } }
            switch Decider.decide(requirement: requirement, granted: scopes, automatic: catalog.automatic) {
            case .allow: return "\(needs): allow with these scopes"
            case .deny(let reason, let scope):
                return
                    "\(needs): \(reason.code)\(scope.map { ", missing \(catalog.name(of: $0))" } ?? "") with these scopes"
            }
        }
    }
}
