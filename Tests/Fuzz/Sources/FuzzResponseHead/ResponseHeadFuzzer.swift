import FuzzSupport
import HTTP1

/// Any bytes as a response head: every split gives the same result, and what is accepted is what it seems to be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzResponseHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(start, count)
    for limits in [HeadLimits(), HeadLimits(requestLine: 24, fieldCount: 3, fieldBytes: 64)] {
        for method in [Method.get, .head] {
            let outcome = Outcome(input, ends: [input.bytes.count], method, limits)
            for ends in input.cuts {
                expectEqual(outcome, Outcome(input, ends: ends, method, limits), "cut at \(ends)")
            }
            switch outcome {
            case .needMore: break
            case .failed(let error): expect(error.message.utf8CodeUnitCount > 0, "\(error) has no message")
            case .complete(let head): AcceptedResponseHead(head, method, input.bytes, limits).check()
            }
        }
    }
    return 0
}

/// What a parser made of an input.
enum Outcome: Equatable {
    case needMore
    case complete(ResponseHead)
    case failed(ResponseError)

    /// Feeds growing prefixes, each in memory of its own. The parser has read another head before.
    init(_ input: FuzzInput, ends: [Int], _ method: Method, _ limits: HeadLimits) {
        var parser = ResponseHeadParser(limits: limits)
        _ = parser.parse(Self.earlierHead.span, requestMethod: .get)
        parser.reset()
        self = .needMore
        for end in ends {
            switch parser.parse(input.prefix(end).span, requestMethod: method) {
            case .needMore: continue
            case .complete: self = .complete(parser.head)
            case .failed(let error): self = .failed(error)
            }
            return
        }
    }

    private static let earlierHead = Array("HTTP/1.1 103 Hints\r\nLink: x\r\nConnection: close\r\n\r\n".utf8)
}

@_cdecl("FuzzResponseHead_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzResponseHead(bytes, count) }
}
