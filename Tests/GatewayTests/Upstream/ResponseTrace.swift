import HTTP1

@testable import Gateway

/// What a response stream told, without regard to how its body was cut.
enum Told: Equatable, Sendable {
    case head(Int)
    case interim(Int)
    case data(String)
    case trailer(String, String)
    case end(left: String)
    case failed(ResponseStream.Fault)
    /// All was taken and more is awaited.
    case waits
}

/// Feeds a stream as an exchange does: what it doesn't take is kept in front of what comes next.
struct ResponseTrace {
    private var stream: ResponseStream
    private var kept: [UInt8] = []
    private var told: [Told] = []
    private var isOver = false

    init(_ method: HTTP1.Method, limits: HeadLimits = HeadLimits()) {
        stream = ResponseStream(requestMethod: method, limits: limits)
    }

    mutating func feed(_ bytes: some Collection<UInt8>) {
        kept += bytes
        guard !isOver else { return }
        var offset = 0
        let input = kept
        while true {
            switch stream.next(input.span, offset: &offset) {
            case .needMore:
                kept = Array(input[offset...])
                return
            case .head(let start): tellHead(input, start)
            case .data(let range): tell(data: String(decoding: input[range.range], as: UTF8.self))
            case .trailer(let name, let value):
                told.append(
                    .trailer(
                        String(decoding: input[name.range], as: UTF8.self),
                        String(decoding: input[value.range], as: UTF8.self)
                    )
                )
            case .end:
                kept = Array(input[offset...])
                isOver = true
                return
            case .failed(let fault):
                told.append(.failed(fault))
                isOver = true
                return
            }
        }
    }

    /// Ends the input, in order if asked for, and tells everything.
    mutating func finish(endsStream: Bool) -> [Told] {
        if !isOver {
            guard endsStream else { return told + [.waits] }
            switch stream.endOfStream() {
            case .end: break
            case .failed(let fault): return told + [.failed(fault)]
            default: return told + [.waits]
            }
        }
        if case .failed = told.last { return told }
        return told + [.end(left: String(decoding: kept, as: UTF8.self))]
    }

    /// The ranges of a head count from the offset that was told: its first field is read by them.
    private mutating func tellHead(_ input: [UInt8], _ start: Int) {
        let head = stream.head
        for field in head.fields {
            let name = input[start + Int(field.nameRange.start)..<start + Int(field.nameRange.end)]
            let value = input[start + Int(field.valueRange.start)..<start + Int(field.valueRange.end)]
            told.append(
                .trailer(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
            )
        }
        if head.isInformational {
            told.append(.interim(head.status))
            stream.discardInterimHead()
        } else {
            told.append(.head(head.status))
        }
    }

    private mutating func tell(data text: String) {
        if case .data(let before) = told.last {
            told[told.count - 1] = .data(before + text)
        } else {
            told.append(.data(text))
        }
    }
}
