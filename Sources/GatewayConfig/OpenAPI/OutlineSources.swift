import RouteMap
import StrictJSON

/// The tokens of a YAML text.
struct YAMLSource: OutlineSource {
    let parser: YAMLParser
    private var hasDocument = false

    init(_ parser: YAMLParser) { self.parser = parser }

    mutating func next() throws(OutlineProblem) -> OutlineToken {
        do throws(YAMLParser.Problem) {
            while true {
                switch try parser.next() {
                case .documentStart where hasDocument:
                    throw YAMLParser.Problem(
                        message: "not YAML: but found another document",
                        position: parser.position,
                        help: "keep one in the file"
                    )
                case .documentStart: hasDocument = true
                case .documentEnd: continue
                case .streamEnd: return .end
                case .beginMapping: return .beginMapping
                case .endMapping: return .endMapping
                case .beginSequence: return .beginSequence
                case .endSequence: return .endSequence
                case .scalar: return .scalar
                case .alias: return .alias
                }
            }
        } catch {
            throw OutlineProblem(message: error.message, position: error.position, help: error.help)
        }
    }

    var position: SourcePosition { parser.position }
    var text: String { parser.text }
    var isPlain: Bool { parser.isPlain }
    var anchor: String? { parser.anchor }
    var merges: Bool { true }
}

/// The tokens of a JSON text, each with its place.
struct JSONSource: OutlineSource {
    /// What is nested deeper is no value that routes depend on, and is read over.
    private static let maximumDepth = 512

    private let bytes: [UInt8]
    private var reader = JSONReader(maximumDepth: Self.maximumDepth)
    private var token = JSONReader.Token.end
    private var start = 0
    /// Where a place was asked for last: places are asked for in the order of the text.
    private var offset = 0
    private var line = 1
    private var column = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    let anchor: String? = nil
    let merges = false

    mutating func next() throws(OutlineProblem) -> OutlineToken {
        // The span is of the bytes alone, not of all of this.
        let bytes = bytes
        do {
            token = try reader.next(in: bytes.span)
        } catch {
            let position = TextPosition.position(ofByte: error.offset, in: bytes)
            throw OutlineProblem(message: "not JSON: \(error)", position: position, help: nil)
        }
        start = reader.offset - 1
        switch token {
        case .beginObject: return .beginMapping
        case .endObject: return .endMapping
        case .beginArray: return .beginSequence
        case .endArray: return .endSequence
        case .name(let text), .string(let text): start = text.range.lowerBound - 1
        case .number(let range): start = range.lowerBound
        case .bool(let value): start = reader.offset - (value ? 4 : 5)
        case .null: start = reader.offset - 4
        case .end: return .end
        }
        return .scalar
    }

    var text: String {
        switch token {
        case .name(let text), .string(let text): String(decoding: text.decoded(in: bytes.span), as: UTF8.self)
        case .number(let range): String(decoding: bytes[range], as: UTF8.self)
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        case .beginObject, .endObject, .beginArray, .endArray, .end: ""
        }
    }

    var isPlain: Bool {
        switch token {
        case .name, .string: false
        default: true
        }
    }

    var position: SourcePosition {
        mutating get {
            while offset < start {
                offset += 1
                // A character that goes on has no column of its own.
                if offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { continue }
                let isLineEnd = bytes[offset - 1] == UInt8(ascii: "\n")
                (line, column) = isLineEnd ? (line + 1, 1) : (line, column + 1)
            }
            return SourcePosition(line: line, column: column)
        }
    }
}
