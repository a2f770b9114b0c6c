import FuzzSupport
import StrictJSON

@testable import Audit

/// Any bytes as the texts of a record, and as a line of a log: what is written is one line of JSON that gives the texts
/// back and holds no key, and what is read, whoever wrote it, is read within its bounds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAuditLine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    WrittenRecord(bytes).check()
    bytes.withUnsafeBytes { readAll(AuditLine($0)) }
    return 0
}

/// Asks for everything that a line can be asked for.
private func readAll(_ line: AuditLine) {
    for field in AuditField.allCases {
        if let raw = line.raw(field) { expect(raw.count < line.bytes.count, "a value as long as its line") }
        if let text = line.text(field) {
            expect(!text.unicodeScalars.contains { $0.value < 0x20 }, "a control character is shown")
        }
        _ = line.list(field)
    }
    _ = line.timeMicroseconds
    let fields = AuditLineFields(line.bytes)
    expect(fields.eventRange.upperBound <= line.bytes.count, "an event outside of the line")
    expect(TraceParent.traceID(in: Array(line.bytes).span).map(\.count) ?? 32 == 32, "a trace id of another length")
}

@_cdecl("FuzzAuditLine_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzAuditLine(bytes, count) }
}
