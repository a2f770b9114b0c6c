import HTTP1

/// The bytes of `text` as they would come over the wire.
func wire(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The bytes of `text` with one raw byte where `\u{1A}` stands, for bytes that no Swift string has.
func wire(_ text: String, byte: UInt8) -> [UInt8] { text.utf8.map { $0 == 0x1A ? byte : $0 } }

/// The text in a range of `bytes`.
func text(_ bytes: [UInt8], _ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

/// A field line by its text.
struct Field: Equatable, CustomStringConvertible {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    init(_ bytes: [UInt8], _ line: FieldLine) {
        self.init(text(bytes, line.nameRange), text(bytes, line.valueRange))
    }

    var description: String { "\(name): \(value)" }
}

/// The outcome of feeding a parser, comparable between different splits of the same input.
enum Outcome<Head: Equatable, Failure: Error & Equatable>: Equatable {
    case needMore
    case complete(Head)
    case failed(Failure)

    init(_ progress: HeadProgress<Failure>, _ head: Head) {
        switch progress {
        case .needMore: self = .needMore
        case .complete: self = .complete(head)
        case .failed(let error): self = .failed(error)
        }
    }
}

typealias RequestOutcome = Outcome<RequestHead, RequestError>
typealias ResponseOutcome = Outcome<ResponseHead, ResponseError>

/// Feeds growing prefixes of `bytes`, each ending at one of `ends`, and stops at the first result.
func requestOutcome(_ bytes: [UInt8], ends: [Int]? = nil, limits: HeadLimits = HeadLimits()) -> RequestOutcome {
    var parser = RequestHeadParser(limits: limits)
    for end in ends ?? [bytes.count] {
        let progress = parser.parse(bytes.span.extracting(0..<end))
        if progress != .needMore { return RequestOutcome(progress, parser.head) }
    }
    return .needMore
}

/// Feeds growing prefixes of `bytes`, each ending at one of `ends`, and stops at the first result.
func responseOutcome(
    _ bytes: [UInt8],
    method: Method = .get,
    ends: [Int]? = nil,
    limits: HeadLimits = HeadLimits()
) -> ResponseOutcome {
    var parser = ResponseHeadParser(limits: limits)
    for end in ends ?? [bytes.count] {
        let progress = parser.parse(bytes.span.extracting(0..<end), requestMethod: method)
        if progress != .needMore { return ResponseOutcome(progress, parser.head) }
    }
    return .needMore
}

/// Every way to cut `count` bytes in two, and the way to cut them into single bytes.
func splits(_ count: Int) -> [[Int]] {
    (0...count).map { [$0, count] } + [Array(0...count)]
}
