import PrometheusMetrics

/// The metrics of generations and reloads.
enum ReloadMetrics {
    static func families(_ reloader: Reloader) -> [MetricFamily] {
        let generation = reloader.generation
        return [
            .gauge(
                "scopegate_route_map_generation",
                "The number of the route map that runs.",
                Int(generation.number)
            ),
            .gauge("scopegate_route_map_routes", "Routes of the route map that runs.", generation.routes),
            .gauge(
                "scopegate_route_map_timestamp_seconds",
                "When the route map that runs came into force.",
                Int(generation.timeMicroseconds / 1_000_000)
            ),
            .gauge(
                "scopegate_route_map_age_seconds",
                "How long the route map that runs has been in force.",
                Int(generation.ageSeconds(at: SystemClock.wallMicroseconds))
            ),
            MetricFamily(
                .gauge,
                "scopegate_route_map_info",
                "The route map that runs: its digest, and the way it came; always 1.",
                [.init(.integer(1), labels: [("digest", generation.digest), ("way", generation.way.rawValue)])]
            ),
            .gauge(
                "scopegate_last_reload_success",
                "Whether the last reload succeeded, 1 or 0.",
                reloader.lastReloadFailed ? 0 : 1
            ),
        ]
    }
}
