import PrometheusMetrics

/// The metrics of what connections hold in memory for their clients.
enum MemoryMetrics {
    static func families(_ budget: ByteBudget) -> [MetricFamily] {
        [
            .gauge(
                "scopegate_memory_held_bytes",
                "Memory that connections hold for unfinished heads, bodies, and responses that clients don't take.",
                budget.held
            ),
            .gauge("scopegate_memory_limit_bytes", "How much of it there may be (limits.memory).", budget.limit),
        ]
    }
}
