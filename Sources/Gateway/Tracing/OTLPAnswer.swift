import StrictJSON

/// A collector's answer to spans that it has taken: `ExportTraceServiceResponse` in JSON (OTLP 1.x, "Partial Success").
struct OTLPAnswer: Equatable {
    /// How many of the spans it has rejected.
    private(set) var rejected = 0
    /// Why, in the collector's words; it may say something though it has taken all.
    private(set) var message: String?

    private static let longestMessage = 256

    /// Reads an answer. One that says nothing, or can't be read, rejects nothing: the status has said that all is well.
    init(_ body: [UInt8]) {
        guard case .object(let answer)? = try? JSONValue(parsing: body.span),
            case .object(let partial)? = answer["partialSuccess"]
        else { return }
        switch partial["rejectedSpans"] {
        case .number(let number): rejected = Self.count(number.int64)
        // Protobuf's JSON writes 64-bit numbers as texts.
        case .string(let text): rejected = Self.count(Int64(String(decoding: text, as: UTF8.self)))
        default: break
        }
        guard let text = partial["errorMessage"]?.string, !text.isEmpty else { return }
        message = String(text.prefix(Self.longestMessage))
    }

    private static func count(_ number: Int64?) -> Int { number.map { max(0, Int($0)) } ?? 0 }
}
