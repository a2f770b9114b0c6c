import Tracing

/// A tracer by the W3C Trace Context whose spans go to a queue, from which an exporter takes them.
struct OTLPTracer: Tracer {
    let queue: SpanQueue

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> OTLPSpan {
        var context = context()
        let parent = context.trace
        var trace = parent ?? .random()
        if parent != nil { trace.spanID = TraceContext.randomSpanID() }
        context.trace = trace
        return OTLPSpan(
            operationName,
            kind: kind,
            context: context,
            trace: trace,
            parentSpanID: parent?.spanID,
            start: instant().nanosecondsSinceEpoch,
            queue: queue
        )
    }

    func forceFlush() {
        queue.flush()
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let value = extractor.extract(key: "traceparent", from: carrier) else { return }
        context.trace = TraceContext(traceparent: Array(value.utf8))
    }

    func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
    }
}
