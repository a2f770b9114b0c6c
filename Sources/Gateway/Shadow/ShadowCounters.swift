import PrometheusMetrics
import RouteMap
import Synchronization

/// Counts what a shadow map would have made of requests; all loops count together.
final class ShadowCounters: Sendable {
    /// One number that only grows.
    final class Count: Sendable {
        private let number = Atomic<UInt64>(0)

        var value: UInt64 { number.load(ordering: .relaxed) }

        func increment() {
            number.add(1, ordering: .relaxed)
        }
    }

    /// Requests on which both maps were evaluated.
    let compared = Count()
    /// Differences that aren't in the audit, for its last places are for what has to be recorded.
    let unrecorded = Count()
    private let counts = ShadowDifference.Kind.allCases.map { _ in Count() }

    func differed(_ kind: ShadowDifference.Kind) {
        counts[Self.index(kind)].increment()
    }

    func differences(_ kind: ShadowDifference.Kind) -> UInt64 {
        counts[Self.index(kind)].value
    }

    /// The metrics of a shadow map; none without one.
    func families(_ map: RouteMap?) -> [MetricFamily] {
        guard let map else { return [] }
        return [
            MetricFamily(
                .gauge,
                "scopegate_shadow_map_info",
                "The shadow map that is evaluated, by its digest; always 1.",
                [.init(.integer(1), labels: [("digest", map.digest)])]
            ),
            .counter(
                "scopegate_shadow_requests_total",
                "Requests on which the shadow map was evaluated.",
                compared.value
            ),
            .counter(
                "scopegate_shadow_unrecorded_total",
                "Differences left out of the audit for want of room.",
                unrecorded.value
            ),
            MetricFamily(
                .counter,
                "scopegate_shadow_differences_total",
                "Requests that the shadow map would have decided differently.",
                ShadowDifference.Kind.allCases.map { kind in
                    .init(.integer(Int64(clamping: differences(kind))), labels: [("kind", kind.rawValue)])
                }
            ),
        ]
    }

    private static func index(_ kind: ShadowDifference.Kind) -> Int {
        ShadowDifference.Kind.allCases.firstIndex(of: kind) ?? 0
    }
}
