import Audit

/// What one event loop needs in order to trace requests. Loop-bound.
struct LoopTracing {
    let tracer: OTLPTracer
    /// Of the requests without a trace of their own one in this many is traced.
    let sample: Int
    private var count = 0

    init(tracer: OTLPTracer, sample: Int) {
        self.tracer = tracer
        self.sample = sample
    }

    /// Begins to trace a request if its caller does, or, when it has none that says, if it is its turn.
    mutating func begin(parent: TraceContext?, startedAt: UInt64) -> RequestTrace? {
        if let parent {
            guard parent.isSampled else { return nil }
        } else {
            count &+= 1
            guard count >= sample else { return nil }
            count = 0
        }
        return RequestTrace(
            tracer: tracer,
            parent: parent,
            startedAt: startedAt,
            now: RequestObservation.now,
            wallNanoseconds: UInt64(SystemClock.wallMicroseconds) * 1000
        )
    }
}
