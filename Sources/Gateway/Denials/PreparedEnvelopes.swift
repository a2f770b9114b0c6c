import RouteMap
import ScopeModel

/// The envelopes that most refusals are answered with, rendered once for a route map and its catalog: one for each
/// reason, and one for each scope that a key may lack.
struct PreparedEnvelopes: Sendable {
    private let routeMap: RouteMap
    private let catalog: ScopeCatalog
    private let namesGeneration: Bool
    /// By the raw value of the reason.
    private var ofReasons: [RenderedEnvelope] = []
    /// By the place of the scope in the catalog.
    private var ofScopes: [RenderedEnvelope] = []

    /// - Parameter namesGeneration: Envelopes name the generation of the route map.
    init(routeMap: RouteMap, catalog: ScopeCatalog, namesGeneration: Bool) {
        self.routeMap = routeMap
        self.catalog = catalog
        self.namesGeneration = namesGeneration
        ofReasons = DenialReason.allCases.map { render(Denial($0)) }
        ofScopes = catalog.entries.indices.map { index in
            let scope = ScopeID(rawValue: UInt8(index))
            return render(.forbidden(scope, .all([scope])))
        }
    }

    /// The envelope for a refusal.
    func envelope(for denial: Denial) -> RenderedEnvelope {
        // What is left hangs on the template, the requirement or the request itself.
        guard denial.message == nil, denial.reason != .methodNotAllowed else { return render(denial) }
        guard let scope = denial.requiredScope else { return ofReasons[Int(denial.reason.rawValue)] }
        guard denial.requirement?.scopes.count ?? 0 <= 1, Int(scope.rawValue) < ofScopes.count else {
            return render(denial)
        }
        return ofScopes[Int(scope.rawValue)]
    }

    private func render(_ denial: Denial) -> RenderedEnvelope {
        var envelope = denial.envelope(routeMap: routeMap, catalog: catalog)
        if namesGeneration { envelope.generation = routeMap.generation }
        return RenderedEnvelope(envelope)
    }
}
