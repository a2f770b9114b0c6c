import StrictJSON
import Tracing

/// Writes spans as OTLP over HTTP has them in JSON: `ExportTraceServiceRequest` of opentelemetry-proto 1.x, ids in
/// hexadecimal, 64-bit numbers as texts.
struct OTLPEncoder: Sendable {
    /// What is said of this process with every batch.
    let resource: [(String, String)]
    /// The name and version of what makes the spans.
    let scope: (name: String, version: String)

    func encode(_ spans: [FinishedSpan]) -> [UInt8] {
        let resource = JSONOutput.object([
            ("attributes", .array(resource.map { Self.attribute($0.0, .object([("stringValue", .string($0.1))])) }))
        ])
        let scope = JSONOutput.object([("name", .string(scope.name)), ("version", .string(scope.version))])
        let scopeSpans = JSONOutput.object([("scope", scope), ("spans", .array(spans.map(Self.span)))])
        return JSONOutput.object([
            ("resourceSpans", [.object([("resource", resource), ("scopeSpans", [scopeSpans])])])
        ]).bytes
    }

    private static func span(_ span: FinishedSpan) -> JSONOutput {
        var members: [(String, JSONOutput)] = [
            ("traceId", .string(span.trace.traceIDText)), ("spanId", .string(TraceContext.hex(span.trace.spanID))),
        ]
        if let parent = span.parentSpanID { members.append(("parentSpanId", .string(TraceContext.hex(parent)))) }
        members += [
            // The trace flags, in their eight lowest bits.
            ("flags", .count(span.trace.isSampled ? 1 : 0)), ("name", .string(span.name)),
            ("kind", .count(number(of: span.kind))), ("startTimeUnixNano", .string("\(span.start)")),
            ("endTimeUnixNano", .string("\(span.end)")), ("attributes", attributes(span.attributes)),
        ]
        if !span.events.isEmpty { members.append(("events", .array(span.events.map(event)))) }
        if !span.links.isEmpty {
            let links = span.links.map { link in
                JSONOutput.object([
                    ("traceId", .string(link.traceIDText)), ("spanId", .string(TraceContext.hex(link.spanID))),
                ])
            }
            members.append(("links", .array(links)))
        }
        if let status = span.status { members.append(("status", self.status(status))) }
        return .object(members)
    }

    private static func event(_ event: SpanEvent) -> JSONOutput {
        .object([
            ("timeUnixNano", .string("\(event.nanosecondsSinceEpoch)")), ("name", .string(event.name)),
            ("attributes", attributes(event.attributes)),
        ])
    }

    private static func status(_ status: SpanStatus) -> JSONOutput {
        let code = status.code == .error ? 2 : 1
        var members: [(String, JSONOutput)] = [("code", .count(code))]
        if let message = status.message { members.append(("message", .string(message))) }
        return .object(members)
    }

    /// `SpanKind` of opentelemetry-proto's trace.proto.
    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        default: 1
        }
    }

    private static func attributes(_ attributes: SpanAttributes) -> JSONOutput {
        var list: [JSONOutput] = []
        attributes.forEach { name, value in
            if let value = self.value(value) { list.append(attribute(name, value)) }
        }
        return .array(list)
    }

    private static func attribute(_ name: String, _ value: JSONOutput) -> JSONOutput {
        .object([("key", .string(name)), ("value", value)])
    }

    private static func value(_ value: SpanAttribute) -> JSONOutput? {
        switch value {
        case .string(let text): .object([("stringValue", .string(text))])
        case .stringConvertible(let text): .object([("stringValue", .string(text.description))])
        case .int32(let number): .object([("intValue", .string("\(number)"))])
        case .int64(let number): .object([("intValue", .string("\(number)"))])
        case .double(let number): .object([("doubleValue", .real(number))])
        case .bool(let flag): .object([("boolValue", .bool(flag))])
        case .stringArray(let texts): array(texts.map { .object([("stringValue", .string($0))]) })
        default: nil
        }
    }

    private static func array(_ values: [JSONOutput]) -> JSONOutput {
        .object([("arrayValue", .object([("values", .array(values))]))])
    }
}
