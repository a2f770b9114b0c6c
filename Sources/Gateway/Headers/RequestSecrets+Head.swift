import HTTP1
import Redaction

extension RequestSecrets {
    /// All that stands in the fields of a head that may carry a key, whatever becomes of it.
    init(_ fields: [FieldLine], in bytes: Span<UInt8>, _ keys: KeyExtractor) {
        self.init()
        for field in fields { add(field, in: bytes, keys) }
    }

    /// Adds what a field holds, if it may carry a key.
    mutating func add(_ field: FieldLine, in bytes: Span<UInt8>, _ keys: KeyExtractor) {
        guard field.name == .proxyAuthorization || keys.isKeyField(field, in: bytes) else { return }
        add(field: field.valueRange.range, in: bytes)
    }
}
