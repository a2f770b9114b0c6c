import StrictJSON
import Tracing

/// Writes the members of spans one after the other: with every request traced, a tree of JSON values would cost more
/// than the request.
struct OTLPWriter {
    private(set) var bytes: [UInt8] = []

    init(_ beginning: [UInt8], capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes += beginning
    }

    mutating func span(_ span: FinishedSpan) {
        literal("{\"traceId\":\"")
        hex(span.trace.traceID.high)
        hex(span.trace.traceID.low)
        literal("\",\"spanId\":\"")
        hex(span.trace.spanID)
        if let parent = span.parentSpanID {
            literal("\",\"parentSpanId\":\"")
            hex(parent)
        }
        // The trace flags, in their eight lowest bits.
        literal(span.trace.isSampled ? "\",\"flags\":1,\"name\":" : "\",\"flags\":0,\"name\":")
        JSONQuoting.append(span.name, to: &bytes)
        literal(",\"kind\":")
        decimal(Self.number(of: span.kind))
        literal(",\"startTimeUnixNano\":\"")
        decimal(span.start)
        literal("\",\"endTimeUnixNano\":\"")
        decimal(span.end)
        literal("\",\"attributes\":")
        attributes(span.attributes)
        list(",\"events\":", span.events) { $0.event($1) }
        list(",\"links\":", span.links) { $0.link($1) }
        if let status = span.status { self.status(status) }
        literal("}")
    }

    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// A member that is a list, if there is something in it.
    private mutating func list<Element>(
        _ name: StaticString,
        _ elements: [Element],
        _ write: (inout OTLPWriter, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        literal(name)
        literal("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { literal(",") }
            write(&self, element)
        }
        literal("]")
    }

    private mutating func event(_ event: SpanEvent) {
        literal("{\"timeUnixNano\":\"")
        decimal(event.nanosecondsSinceEpoch)
        literal("\",\"name\":")
        JSONQuoting.append(event.name, to: &bytes)
        literal(",\"attributes\":")
        attributes(event.attributes)
        literal("}")
    }

    private mutating func link(_ link: TraceContext) {
        literal("{\"traceId\":\"")
        hex(link.traceID.high)
        hex(link.traceID.low)
        literal("\",\"spanId\":\"")
        hex(link.spanID)
        literal("\"}")
    }

    private mutating func status(_ status: SpanStatus) {
        literal(status.code == .error ? ",\"status\":{\"code\":2" : ",\"status\":{\"code\":1")
        if let message = status.message {
            literal(",\"message\":")
            JSONQuoting.append(message, to: &bytes)
        }
        literal("}")
    }

    private mutating func attributes(_ attributes: SpanAttributes) {
        literal("[")
        var isFirst = true
        attributes.forEach { name, value in
            let start = bytes.count
            literal(isFirst ? "{\"key\":" : ",{\"key\":")
            JSONQuoting.append(name, to: &bytes)
            guard self.value(value) else {
                bytes.removeSubrange(start...)
                return
            }
            literal("}}")
            isFirst = false
        }
        literal("]")
    }

    /// False when there is no way to write it.
    private mutating func value(_ value: SpanAttribute) -> Bool {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let text): string(text.description)
        case .int32(let number): integer(Int64(number))
        case .int64(let number): integer(number)
        case .double(let number):
            literal(",\"value\":{\"doubleValue\":")
            bytes += JSONOutput.real(number).bytes
        case .bool(let flag): literal(flag ? ",\"value\":{\"boolValue\":true" : ",\"value\":{\"boolValue\":false")
        case .stringArray(let texts):
            literal(",\"value\":{\"arrayValue\":{\"values\":[")
            for (index, text) in texts.enumerated() {
                literal(index > 0 ? ",{\"stringValue\":" : "{\"stringValue\":")
                JSONQuoting.append(text, to: &bytes)
                literal("}")
            }
            literal("]}")
        default: return false
        }
        return true
    }

    private mutating func string(_ text: String) {
        literal(",\"value\":{\"stringValue\":")
        JSONQuoting.append(text, to: &bytes)
    }

    private mutating func integer(_ number: Int64) {
        literal(number < 0 ? ",\"value\":{\"intValue\":\"-" : ",\"value\":{\"intValue\":\"")
        decimal(number.magnitude)
        literal("\"")
    }

    private mutating func decimal(_ number: UInt64) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func hex(_ id: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: id >> UInt64(shift)) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// `SpanKind` of opentelemetry-proto's trace.proto.
    private static func number(of kind: SpanKind) -> UInt64 {
        switch kind {
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        default: 1
        }
    }
}
