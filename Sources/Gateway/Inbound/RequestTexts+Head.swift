import Audit
import HTTP1
import Redaction

extension RequestTexts {
    /// The texts of a head, and the keys that came with it: all that stands in fields that may carry one, whatever
    /// becomes of it.
    init(_ request: RequestHead, in bytes: Span<UInt8>, _ keys: KeyExtractor) {
        self.init()
        note(.method, at: request.methodRange.range)
        note(.path, at: request.pathRange.range)
        var traceParents = 0
        for field in request.fields {
            let range = field.valueRange.range
            switch field.name {
            case .userAgent: if !has(.userAgent) { note(.userAgent, at: range) }
            case .xRequestID: if !has(.requestID) { note(.requestID, at: range) }
            case .traceparent:
                traceParents += 1
                let found = traceParents == 1 ? TraceParent.traceID(in: bytes.extracting(range)) : nil
                note(.traceID, at: found.map { $0.lowerBound + range.lowerBound..<$0.upperBound + range.lowerBound })
            case .other where !has(.referer) && isEqual(bytes, field.nameRange, lowercase: Self.refererName):
                note(.referer, at: range)
            default: secrets.add(field, in: bytes, keys)
            }
        }
    }

    private static let refererName = Array("referer".utf8)
}
