import GatewayConfig
import RouteMap
import ScopeModel
import SimpleHTTP
import StrictJSON

/// `/routes`, `/explain`, `/config` and `/reloads`.
struct RouteEndpoints: Sendable {
    let reloader: Reloader

    /// The routes in force.
    func routes(_ request: SimpleRequest) -> SimpleResponse {
        let loaded = reloader.loaded
        let routes = loaded.routeMap.routes.map { route in
            JSONOutput.object([
                ("method", .string(route.method)), ("template", .string(route.template.text)),
                ("requirement", .string(route.requirement.description(in: loaded.catalog))),
                ("scopes", .strings(route.requirement.scopes.map { loaded.catalog.name(of: $0) })),
                ("first_byte_timeout", .optional(route.timeouts.firstByte?.configurationText)),
                ("idle_timeout", .optional(route.timeouts.idle?.configurationText)),
            ])
        }
        var members = [("generation", ReloadAnswer.json(reloader.generation)), ("routes", .array(routes))]
        if let shadow = loaded.shadowMap {
            let map =
                [("digest", .string(shadow.digest)), ("routes", .count(shadow.routes.count))] as [(String, JSONOutput)]
            members.insert(("shadow", .object(map)), at: 1)
        }
        return AdminAnswer.json(200, .object(members))
    }

    /// What the map in force makes of a request: `method`, `target`, and perhaps `scopes`.
    func explain(_ request: SimpleRequest) -> SimpleResponse {
        let loaded = reloader.loaded
        do throws(QueryParameters.Problem) {
            let parameters = try QueryParameters(request.query, known: ["method", "target", "scopes"])
            guard let target = try parameters.single("target"), !target.isEmpty else {
                throw QueryParameters.Problem(description: "target is missing: the path of a request.")
            }
            let method = try parameters.single("method") ?? "GET"
            let (known, unknown) = Self.granted(try parameters.single("scopes"), loaded.catalog)
            var verdict = RequestVerdict(
                method: method,
                target: target,
                routeMap: loaded.routeMap,
                catalog: loaded.catalog,
                granted: known
            )
            verdict.forwarding = loaded.configuration.forwarding(of: verdict)
            if let fault = loaded.configuration.spellingFault(of: verdict) { verdict.refuse(fault) }
            return AdminAnswer.json(200, Self.json(verdict, unknown))
        } catch {
            return AdminAnswer.error(400, code: "invalid_query", message: error.description)
        }
    }

    /// The scopes of a text, nil without one; those that the catalog doesn't have count for nothing, as they do in a
    /// grant.
    private static func granted(_ text: String?, _ catalog: ScopeCatalog) -> (ScopeSet?, unknown: [String]) {
        guard let text else { return (nil, []) }
        var granted = ScopeSet()
        var unknown: [String] = []
        for name in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if let id = try? catalog.id(named: String(name)) {
                granted.insert(id)
            } else {
                unknown.append(String(name))
            }
        }
        return (granted, unknown)
    }

    private static func json(_ verdict: RequestVerdict, _ unknownScopes: [String]) -> JSONOutput {
        .object([
            ("method", .string(verdict.method)), ("target", .string(verdict.target)),
            ("outcome", .string(verdict.outcome)), ("status", verdict.status.map { .count($0) } ?? .null),
            ("required_scope", .optional(verdict.requiredScope)), ("template", .optional(verdict.template)),
            ("requirement", .optional(verdict.requirement)), ("allowed_methods", .strings(verdict.allowedMethods)),
            ("steps", .strings(verdict.steps)), ("rejected", .strings(verdict.rejected)),
            ("suggestion", .optional(verdict.suggestion)), ("problem", .optional(verdict.problem)),
            ("unknown_scopes", .strings(unknownScopes)),
            ("upstream", verdict.forwarding.map(json) ?? .null),
        ])
    }

    private static func json(_ forwarding: RequestVerdict.Forwarding) -> JSONOutput {
        .object([
            ("prefix", .optional(forwarding.prefix)), ("servers", .strings(forwarding.servers)),
            ("first_byte_timeout", .string(forwarding.firstByteTimeout)),
            ("idle_timeout", .string(forwarding.idleTimeout)),
        ])
    }

    /// The configuration in force, as YAML; of secrets it says where they are from.
    func config(_ request: SimpleRequest) -> SimpleResponse {
        let text = reloader.effectiveConfiguration.description
        return AdminAnswer.bytes(200, Array(text.utf8), type: "application/yaml")
    }

    /// The last reloads, the newest first, with what they changed.
    func reloads(_ request: SimpleRequest) -> SimpleResponse {
        AdminAnswer.json(200, .object([("reloads", .array(reloader.history.reversed().map(ReloadAnswer.json)))]))
    }
}
