import ScopeModel
import Testing

@Suite("Decision")
struct DecisionTests {
    private static let a = ScopeID(rawValue: 0)
    private static let b = ScopeID(rawValue: 70)
    private static let c = ScopeID(rawValue: 255)

    private static let allow = Decision.allow

    private static func forbid(_ scope: ScopeID?) -> Decision { .deny(.forbiddenScope, required: scope) }

    struct Case: Sendable {
        let requirement: Requirement
        let granted: ScopeSet
        let automatic: ScopeSet
        let decision: Decision

        init(_ requirement: Requirement, _ granted: ScopeSet, _ automatic: ScopeSet = [], _ decision: Decision) {
            self.requirement = requirement
            self.granted = granted
            self.automatic = automatic
            self.decision = decision
        }
    }

    static let cases: [Case] = [
        Case(.public, [], [], allow),
        Case(.authenticated, [], [], allow),
        Case(.all([a]), [], [], forbid(a)),
        Case(.all([a]), [a], [], allow),
        Case(.all([a]), [b, c], [], forbid(a)),
        Case(.all([a]), [], [a], allow),
        Case(.all([a, b]), [a], [], forbid(b)),
        Case(.all([b, a]), [], [], forbid(b)),
        Case(.all([b, a]), [b], [], forbid(a)),
        Case(.all([a, b]), [a], [b], allow),
        Case(.all([a, b, c]), [a, c], [], forbid(b)),
        Case(.any([b, a]), [], [], forbid(b)),
        Case(.any([b, a]), [a], [], allow),
        Case(.any([b, a]), [], [a], allow),
        Case(.any([b, a]), [c], [c], forbid(b)),
        Case(.all([]), [a, b, c], [], forbid(nil)),
        Case(.any([]), [a, b, c], [], forbid(nil)),
    ]

    @Test(arguments: cases)
    func decides(_ item: Case) {
        let decision = Decider.decide(
            requirement: item.requirement,
            granted: item.granted,
            automatic: item.automatic
        )
        #expect(decision == item.decision)
        let held = item.granted.union(item.automatic)
        #expect(item.requirement.isSatisfied(by: held) == (decision == .allow))
        if case .deny(_, let required) = decision { #expect(item.requirement.missing(in: held) == required) }
        if decision == .allow { #expect(item.requirement.missing(in: held) == nil) }
    }

    /// A key with one scope passes for that scope alone, whatever was decided before.
    @Test func scopesAreIndependent() {
        let every = (0...255).map { ScopeID(rawValue: UInt8($0)) }
        for granted in every {
            for needed in every {
                let decision = Decider.decide(requirement: .all([needed]), granted: [granted], automatic: [])
                #expect(decision == (granted == needed ? .allow : .deny(.forbiddenScope, required: needed)))
            }
        }
    }

    @Test func onlyPublicNeedsNoKey() {
        #expect(!Requirement.public.needsKey)
        for requirement in [Requirement.authenticated, .all([Self.a]), .any([Self.a]), .all([]), .any([])] {
            #expect(requirement.needsKey)
        }
    }

    @Test func requirementsAreWrittenAsInTheRouteFile() throws {
        let names = ["read:trades", "read:balance"]
        let catalog = try ScopeCatalog(
            definitions: try names.map { ScopeDefinition(scope: try Scope(parsing: $0), description: "") },
            presets: []
        )
        let (first, second) = (ScopeID(rawValue: 0), ScopeID(rawValue: 1))
        #expect(Requirement.public.description(in: catalog) == "public")
        #expect(Requirement.authenticated.description(in: catalog) == "authenticated")
        #expect(Requirement.all([first]).description(in: catalog) == "read:trades")
        #expect(Requirement.all([second, first]).description(in: catalog) == "{all: [read:balance, read:trades]}")
        #expect(Requirement.any([first]).description(in: catalog) == "{any: [read:trades]}")
    }

    /// The table of denials: codes and statuses are what callers rely on.
    @Test func denialsHaveTheirCodes() {
        let table: [(String, Int)] = [
            ("missing_key", 401), ("invalid_key", 401), ("expired_key", 401), ("ambiguous_key", 400),
            ("forbidden_scope", 403), ("unmapped_route", 403), ("method_not_allowed", 405),
            ("invalid_request", 400), ("invalid_request_target", 400), ("invalid_request_framing", 400),
            ("invalid_request_header", 400), ("invalid_request_host", 400), ("misdirected_request", 421),
            ("http_version_not_supported", 505), ("expectation_failed", 417), ("unexpected_body", 400),
            ("body_too_large", 413), ("target_too_long", 414), ("headers_too_large", 431), ("request_timeout", 408),
            ("introspection_unavailable", 503), ("audit_unavailable", 503), ("overloaded", 503),
            ("upstream_unreachable", 502), ("upstream_invalid_response", 502), ("upstream_timeout", 504),
        ]
        let ours = DenialReason.allCases.map { (String(describing: $0.code), $0.status) }
        #expect(ours.map(\.0) == table.map(\.0))
        #expect(ours.map(\.1) == table.map(\.1))
    }
}
