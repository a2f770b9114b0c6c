import Audit

/// What one event loop needs in order to trace requests. Loop-bound.
struct LoopTracing {
    let tracer: OTLPTracer
    /// Of the requests about which no trusted proxy says, one in this many is traced.
    let sample: Int
    private var count = 0

    init(tracer: OTLPTracer, sample: Int) {
        self.tracer = tracer
        self.sample = sample
    }

    /// Begins to trace a request if a trusted proxy does that has sent it, or, when none has said, if it is its turn: a
    /// stranger can't have the gateway trace what it asks.
    mutating func begin(parent: TraceContext?, isTrusted: Bool, startedAt: UInt64) -> RequestTrace? {
        var parent = parent
        if isTrusted, let parent {
            guard parent.isSampled else { return nil }
        } else {
            count &+= 1
            guard count >= sample else { return nil }
            count = 0
            parent?.isSampled = true
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
