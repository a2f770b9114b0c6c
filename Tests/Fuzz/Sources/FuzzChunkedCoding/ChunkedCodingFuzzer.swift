import FuzzSupport
import HTTP1

/// Any bytes as a chunked body: every split gives the same result, it is whole exactly when a plain reading says so,
/// what is decoded and encoded again decodes to the same, and the reader of all framings does what the decoder does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChunkedCoding(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(start, count)
    for limits in [HeadLimits(), HeadLimits(requestLine: 1, fieldCount: 2, fieldBytes: 24)] {
        let whole = Decoding(input, ends: [input.bytes.count], limits)
        for ends in input.cuts { expectEqual(whole, Decoding(input, ends: ends, limits), "cut at \(ends)") }
        expectEqual(whole, Decoding(input, ends: [input.bytes.count], limits, byBodyReader: true), "by BodyReader")
        if limits == HeadLimits() { check(whole, PlainChunked(input.bytes), input.bytes) }
        if whole.ending == .end { checkSecondReading(of: whole) }
        checkConsumption(of: whole, input.bytes)
    }
    return 0
}

/// Both readings end, with the same content, or neither does.
private func check(_ decoding: Decoding, _ plain: PlainChunked?, _ bytes: [UInt8]) {
    expectEqual(decoding.ending == .end, plain != nil, "whether \(quoted(bytes)) is whole")
    guard let plain else { return }
    expectEqual(decoding.consumed, plain.count, "the length of \(quoted(bytes))")
    expectEqual(decoding.body, plain.body, "the body of \(quoted(bytes))")
    expectEqual(decoding.trailers.map(\.name), plain.trailers.map(\.name), "the trailers of \(quoted(bytes))")
    expectEqual(decoding.trailers.map(\.value), plain.trailers.map(\.value), "the trailers of \(quoted(bytes))")
}

/// No byte is lost: what is not data or trailer is what stands around it.
private func checkConsumption(of decoding: Decoding, _ bytes: [UInt8]) {
    expect(decoding.consumed <= bytes.count, "more was consumed than there is")
    expect(decoding.body.count <= bytes.count, "more was decoded than there is")
    switch decoding.ending {
    case .end: expect(bytes[..<decoding.consumed].suffix(2).elementsEqual([13, 10]), "a body that ends without CRLF")
    case .needMore:
        let rest = bytes[decoding.consumed...]
        // Only an unfinished trailer line is left for the next time.
        expect(!rest.contains(0x0A), "a whole line was left: \(quoted(rest))")
    case .failed: break
    }
}

/// What was decoded, in chunks of other sizes.
private func checkSecondReading(of decoding: Decoding) {
    var copy: [UInt8] = []
    var rest = decoding.body[...]
    var size = 1
    while !rest.isEmpty {
        let chunk = rest.prefix(size)
        ChunkedEncoder.sizeLine(chunk.count).withSpan { line in
            for index in line.indices { copy.append(line[index]) }
        }
        copy += chunk
        copy += ChunkedEncoder.dataEnd.bytes
        rest = rest.dropFirst(size)
        size = size * 3 + 1
    }
    if decoding.trailers.isEmpty {
        copy += ChunkedEncoder.lastChunk.bytes
    } else {
        copy += ChunkedEncoder.lastChunkBeforeTrailers.bytes
        for trailer in decoding.trailers { copy += trailer.name + [0x3A, 0x20] + trailer.value + [13, 10] }
        copy += [13, 10]
    }
    let second = Decoding(FuzzInput(copy), ends: [copy.count], HeadLimits())
    expectEqual(second.ending, .end, "the copy's end: \(quoted(copy))")
    expectEqual(second.consumed, copy.count, "the copy's length")
    expectEqual(second.body, decoding.body, "the copy's body")
    expectEqual(second.trailers, decoding.trailers, "the copy's trailers")
}

extension StaticString {
    fileprivate var bytes: [UInt8] { Array(description.utf8) }
}

@_cdecl("FuzzChunkedCoding_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzChunkedCoding(bytes, count) }
}
