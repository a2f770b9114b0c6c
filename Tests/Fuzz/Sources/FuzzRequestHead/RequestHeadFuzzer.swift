import FuzzSupport
import HTTP1

/// Any bytes as a request head: every split gives the same result, and what is accepted is what it seems to be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(start, count)
    for limits in [HeadLimits(), HeadLimits(requestLine: 40, fieldCount: 3, fieldBytes: 64)] {
        let outcome = Outcome(input, ends: [input.bytes.count], limits)
        for ends in input.cuts {
            expectEqual(outcome, Outcome(input, ends: ends, limits), "cut at \(ends)")
        }
        switch outcome {
        case .needMore: break
        case .failed(let error):
            expect([400, 414, 417, 431, 505].contains(error.status), "\(error) is answered with \(error.status)")
            expect(error.code.utf8CodeUnitCount > 0, "\(error) has no code")
        case .complete(let head):
            AcceptedRequestHead(head, input.bytes, limits).check()
        }
    }
    return 0
}

/// What a parser made of an input.
enum Outcome: Equatable {
    case needMore
    case complete(RequestHead)
    case failed(RequestError)

    /// Feeds growing prefixes, each in memory of its own. The parser has read another head before.
    init(_ input: FuzzInput, ends: [Int], _ limits: HeadLimits) {
        var parser = RequestHeadParser(limits: limits)
        _ = parser.parse(Self.earlierHead.span)
        parser.reset()
        self = .needMore
        for end in ends {
            switch parser.parse(input.prefix(end).span) {
            case .needMore: continue
            case .complete: self = .complete(parser.head)
            case .failed(let error): self = .failed(error)
            }
            return
        }
    }

    private static let earlierHead = Array("PUT /x?y HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n".utf8)
}

@_cdecl("FuzzRequestHead_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzRequestHead(bytes, count) }
}
