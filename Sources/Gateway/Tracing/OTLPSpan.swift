import Synchronization
import Tracing

/// A span that is handed to an exporter when it ends.
final class OTLPSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var hasEnded = false
    }

    let context: InstrumentationContext
    let trace: TraceContext
    private let parentSpanID: UInt64?
    private let kind: SpanKind
    private let start: UInt64
    private let queue: SpanQueue
    private let state: Mutex<State>

    init(
        _ name: String,
        kind: SpanKind,
        context: InstrumentationContext,
        trace: TraceContext,
        parentSpanID: UInt64?,
        start: UInt64,
        queue: SpanQueue
    ) {
        self.context = context
        self.trace = trace
        self.parentSpanID = parentSpanID
        self.kind = kind
        self.start = start
        self.queue = queue
        state = Mutex(State(name: name))
    }

    var isRecording: Bool { trace.isSampled && !state.withLock { $0.hasEnded } }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {
        state.withLock { $0.status = status }
    }

    func addEvent(_ event: SpanEvent) {
        state.withLock { $0.events.append(event) }
    }

    func addLink(_ link: SpanLink) {
        state.withLock { $0.links.append(link) }
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard let ended, trace.isSampled else { return }
        queue.append(
            FinishedSpan(
                name: ended.name,
                kind: kind,
                trace: trace,
                parentSpanID: parentSpanID,
                start: start,
                end: max(start, instant().nanosecondsSinceEpoch),
                attributes: ended.attributes,
                status: ended.status,
                events: ended.events,
                links: ended.links.compactMap(\.context.trace)
            )
        )
    }
}

/// A span that is over. Times are nanoseconds since 1970.
struct FinishedSpan: Sendable {
    var name: String
    var kind: SpanKind
    var trace: TraceContext
    var parentSpanID: UInt64?
    var start: UInt64
    var end: UInt64
    var attributes: SpanAttributes
    var status: SpanStatus?
    var events: [SpanEvent]
    var links: [TraceContext]

    /// About how much memory it keeps: what its tables take, and its texts.
    var retainedBytes: Int {
        func texts(_ attributes: SpanAttributes) -> Int {
            var count = 0
            attributes.forEach { name, value in
                count += Self.tableEntry + RetainedBytes.of(name)
                if case .string(let text) = value { count += RetainedBytes.of(text) }
            }
            return count
        }
        let all = events.reduce(texts(attributes)) { $0 + Self.tableEntry + texts($1.attributes) }
        return MemoryLayout<FinishedSpan>.stride + RetainedBytes.of(name) + all + links.count * Self.tableEntry
    }

    /// A key and a value of a hash table that is three quarters full at most, twice as large after it has grown.
    private static let tableEntry = 128
}
