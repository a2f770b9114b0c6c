import FuzzSupport
import HTTP1
import NIOHTTP1

/// Any bytes as a request, or as a response when they begin like one: whatever our codec accepts, llhttp in its strict
/// mode reads the same way; of what llhttp is too strict for, it reads what is sent.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCodecDifferential(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    if bytes.starts(with: "HTTP".utf8) {
        let sent = (Leniency.sentResponse(bytes, method: .get), Leniency.sentResponse(bytes, method: .head))
        compare(bytes, OurReading.response(bytes, method: .get), sent.0) { NIOReading.response($0, method: .GET) }
        compare(bytes, OurReading.response(bytes, method: .head), sent.1) { NIOReading.response($0, method: .HEAD) }
    } else {
        compare(bytes, OurReading.request(bytes), Leniency.sentRequest(bytes)) { NIOReading.request($0) }
    }
    return 0
}

/// Compares two readings of one input, or of what is sent of it; llhttp's is made only of what ours accepts.
private func compare(_ bytes: [UInt8], _ ours: OurReading, _ sent: [UInt8]?, _ read: ([UInt8]) -> NIOReading) {
    switch ours {
    case .nothing: return
    case .brokenBody(let head):
        guard !Leniency.isUsed(bytes), var message = theirMessage(bytes, ours, read(bytes)) else { return }
        (message.body, message.trailers, message.isWhole) = ([], [], false)
        compare(bytes, head, message)
    case .message(let reading, let unread):
        let theirs = read(sent ?? bytes)
        guard let message = theirMessage(bytes, ours, theirs) else { return }
        guard sent == nil else {
            return compare(bytes, Leniency.withoutFraming(reading), Leniency.withoutFraming(message))
        }
        compare(bytes, reading, message)
        // Behind a whole message llhttp may trip over what is left for the next one.
        if !reading.isWhole, unread == 0, let error = theirs.error {
            finding("llhttp refuses the body of \(quoted(bytes)): \(error)")
        }
    }
}

/// What llhttp read; `nil` when it does not know the method, for it has a closed list of them, while every token is a
/// method (RFC 9110 §9.1).
private func theirMessage(_ bytes: [UInt8], _ ours: OurReading, _ theirs: NIOReading) -> Reading? {
    if let message = theirs.message { return message }
    if theirs.error as? HTTPParserError == .invalidMethod { return nil }
    finding("llhttp refuses the head of \(quoted(bytes)): \(theirs)\n  ours: \(ours)")
}

private func compare(_ bytes: [UInt8], _ ours: Reading, _ theirs: Reading) {
    // Strings are equal to Unicode when their bytes are not, so the bytes are compared too.
    if ours == theirs, ours.octets == theirs.octets { return }
    finding("the readings of \(quoted(bytes)) differ\n  ours: \(ours)\n  llhttp: \(theirs)")
}

extension Reading {
    fileprivate var octets: [[UInt8]] {
        [Array(subject.utf8), Array(target.utf8)]
            + (fields + trailers).flatMap { [Array($0.name.utf8), Array($0.value.utf8)] }
    }
}

@_cdecl("FuzzCodecDifferential_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzCodecDifferential(bytes, count) }
}
