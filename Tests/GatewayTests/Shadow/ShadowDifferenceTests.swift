import RouteMap
import ScopeModel
import Testing

@testable import Gateway

@Suite("ShadowDifference")
struct ShadowDifferenceTests {
    private static let scopes = (read: ScopeID(rawValue: 0), write: ScopeID(rawValue: 1))

    private static func forbidden(_ scope: ScopeID) -> Denial { .forbidden(scope, .all([scope])) }

    private static func refusal(_ code: String, _ scope: ScopeID? = nil) -> RequestEvaluation.Outcome {
        .deny(code: code, required: scope)
    }

    @Test func sameDecisionsAreNone() {
        #expect(ShadowDifference(nil, .allow) == nil)
        #expect(ShadowDifference(Denial(.unmappedRoute), Self.refusal("unmapped_route")) == nil)
        #expect(
            ShadowDifference(Self.forbidden(Self.scopes.read), Self.refusal("forbidden_scope", Self.scopes.read)) == nil
        )
    }

    @Test func kinds() {
        let allow = ShadowDifference(Denial(.unmappedRoute), .allow)
        #expect(allow?.kind == .wouldAllow && allow?.code == "allowed" && allow?.requiredScope == nil)
        let refuse = ShadowDifference(nil, Self.refusal("forbidden_scope", Self.scopes.write))
        #expect(refuse?.kind == .wouldRefuse && refuse?.code == "forbidden_scope")
        #expect(refuse?.requiredScope == Self.scopes.write)
        let other = ShadowDifference(
            Self.forbidden(Self.scopes.read),
            Self.refusal("forbidden_scope", Self.scopes.write)
        )
        #expect(other?.kind == .otherRefusal && other?.requiredScope == Self.scopes.write)
        #expect(ShadowDifference(Denial(.missingKey), Self.refusal("unmapped_route"))?.kind == .otherRefusal)
        #expect(ShadowDifference(nil, .dependsOnKey)?.kind == .dependsOnKey)
        #expect(ShadowDifference(Denial(.unmappedRoute), .dependsOnKey)?.code == "depends_on_key")
    }

    @Test func areCountedByKind() {
        let counters = ShadowCounters()
        counters.differed(.wouldAllow)
        counters.differed(.wouldAllow)
        counters.differed(.dependsOnKey)
        #expect(ShadowDifference.Kind.allCases.map { counters.differences($0) } == [2, 0, 0, 1])
    }
}
