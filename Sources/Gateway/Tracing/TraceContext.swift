import Audit
import Tracing

/// Where a span stands: its trace and its own id (W3C Trace Context, level 2, §3.2).
struct TraceContext: Equatable, Sendable {
    var traceID: TraceID
    var spanID: UInt64
    /// The caller records the trace.
    var isSampled: Bool

    struct TraceID: Equatable, Sendable {
        var high: UInt64
        var low: UInt64
    }

    init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads a `traceparent`; nil when it isn't well-formed.
    init?(traceparent value: [UInt8]) {
        guard TraceParent.traceID(in: value.span) != nil else { return nil }
        let parts = value.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        func number(_ digits: some Collection<UInt8>) -> UInt64? {
            UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
        }
        guard let high = number(parts[1].prefix(16)), let low = number(parts[1].suffix(16)),
            let span = number(parts[2]), let flags = number(parts[3])
        else { return nil }
        self.init(traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1)
    }

    /// A new trace.
    static func random() -> TraceContext {
        TraceContext(
            traceID: TraceID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max)),
            spanID: randomSpanID(),
            isSampled: true
        )
    }

    static func randomSpanID() -> UInt64 { .random(in: 1 ... .max) }

    /// The value of a `traceparent` field, always 55 bytes.
    var traceparent: String { "00-\(traceIDText)-\(Self.hex(spanID))-\(isSampled ? "01" : "00")" }

    /// The trace's id in 32 hexadecimal digits.
    var traceIDText: String { Self.hex(traceID.high) + Self.hex(traceID.low) }

    /// An id in 16 hexadecimal digits.
    static func hex(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension InstrumentationContext {
    private enum Key: InstrumentationContextKey {
        typealias Value = TraceContext
        static let nameOverride: String? = "scopegate-trace"
    }

    /// The span that this context stands for.
    var trace: TraceContext? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}

/// A moment by the wall clock, as spans have them.
struct WallInstant: TracerInstant {
    let nanosecondsSinceEpoch: UInt64

    static func < (left: WallInstant, right: WallInstant) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }
}
