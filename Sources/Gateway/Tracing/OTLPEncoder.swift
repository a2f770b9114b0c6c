import StrictJSON
import Tracing

/// Writes spans as OTLP over HTTP has them in JSON: `ExportTraceServiceRequest` of opentelemetry-proto 1.x, ids in
/// hexadecimal, 64-bit numbers as texts.
struct OTLPEncoder: Sendable {
    /// What stands before the spans of every batch.
    private let beginning: [UInt8]
    private static let end = Array("]}]}]}".utf8)
    /// About what a span takes.
    private static let spanLength = 1024

    /// - Parameters:
    ///   - resource: What is said of this process with every batch.
    ///   - scope: The name and version of what makes the spans.
    init(resource: [(String, String)], scope: (name: String, version: String)) {
        let attributes = resource.map { name, value in
            JSONOutput.object([("key", .string(name)), ("value", .object([("stringValue", .string(value))]))])
        }
        let scope = JSONOutput.object([("name", .string(scope.name)), ("version", .string(scope.version))])
        beginning =
            Array("{\"resourceSpans\":[{\"resource\":".utf8)
            + JSONOutput.object([("attributes", .array(attributes))]).bytes
            + Array(",\"scopeSpans\":[{\"scope\":".utf8) + scope.bytes + Array(",\"spans\":[".utf8)
    }

    func encode(_ spans: [FinishedSpan]) -> [UInt8] {
        var writer = OTLPWriter(beginning, capacity: beginning.count + spans.count * Self.spanLength)
        for (index, span) in spans.enumerated() {
            if index > 0 { writer.literal(",") }
            writer.span(span)
        }
        return writer.bytes + Self.end
    }
}
