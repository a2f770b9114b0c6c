internal import CYaml
import RouteMap

/// The events of a YAML text (YAML 1.2.2 §3.1.1), read by libyaml one after the other: no more of the text is turned
/// into values than is asked for.
final class YAMLParser {
    /// An event, apart from what it says.
    enum Token: Equatable {
        case documentStart, documentEnd, streamEnd
        case beginMapping, endMapping, beginSequence, endSequence
        case scalar
        case alias
    }

    /// Why the text is no YAML.
    struct Problem: Error {
        let message: String
        let position: SourcePosition
        let help: String
    }

    private static let syntaxHelp = "texts with : # { [ & or * in them need quotes, and indentation is by spaces"

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: [UInt8]
    /// Where the text ends: libyaml says of what isn't there that it is behind that.
    private let end: SourcePosition
    private var event = yaml_event_t()

    /// Reads a text in a closure, which the parser must not leave.
    static func read<Result, Failure: Error>(
        _ bytes: [UInt8],
        _ body: (YAMLParser) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            try body(YAMLParser(bytes, buffer))
        }
    }

    private init(_ bytes: [UInt8], _ buffer: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        end = TextPosition.position(ofByte: bytes.count, in: bytes)
        parser = .allocate(capacity: 1)
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
    }

    deinit {
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Goes on to the next event.
    func next() throws(Problem) -> Token {
        while true {
            yaml_event_delete(&event)
            guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
            switch event.type {
            case YAML_DOCUMENT_START_EVENT: return .documentStart
            case YAML_DOCUMENT_END_EVENT: return .documentEnd
            case YAML_STREAM_END_EVENT: return .streamEnd
            case YAML_MAPPING_START_EVENT: return .beginMapping
            case YAML_MAPPING_END_EVENT: return .endMapping
            case YAML_SEQUENCE_START_EVENT: return .beginSequence
            case YAML_SEQUENCE_END_EVENT: return .endSequence
            case YAML_SCALAR_EVENT: return .scalar
            case YAML_ALIAS_EVENT: return .alias
            // After the end the parser gives events of no type.
            case YAML_NO_EVENT: return .streamEnd
            default: continue
            }
        }
    }

    /// Where the event begins.
    var position: SourcePosition { position(event.start_mark) }

    /// The text of a scalar.
    var text: String {
        guard event.type == YAML_SCALAR_EVENT, let value = event.data.scalar.value else { return "" }
        return String(decoding: UnsafeBufferPointer(start: value, count: event.data.scalar.length), as: UTF8.self)
    }

    /// Whether a scalar has no quotes.
    var isPlain: Bool {
        event.type == YAML_SCALAR_EVENT
            && (event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE || event.data.scalar.style == YAML_ANY_SCALAR_STYLE)
    }

    /// The name of a node, or for an alias the name of the node that it stands for.
    var anchor: String? {
        let name: UnsafeMutablePointer<yaml_char_t>? =
            switch event.type {
            case YAML_SCALAR_EVENT: event.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
            case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor
            case YAML_ALIAS_EVENT: event.data.alias.anchor
            default: nil
            }
        return name.map { String(cString: $0) }
    }

    /// A tag that says something other than the node's form.
    var tag: String? {
        let (given, natural): (UnsafeMutablePointer<yaml_char_t>?, String) =
            switch event.type {
            case YAML_SCALAR_EVENT: (event.data.scalar.tag, "str")
            case YAML_SEQUENCE_START_EVENT: (event.data.sequence_start.tag, "seq")
            case YAML_MAPPING_START_EVENT: (event.data.mapping_start.tag, "map")
            default: (nil, "")
            }
        guard let text = given.map({ String(cString: $0) }) else { return nil }
        return text == "!" || text == "tag:yaml.org,2002:" + natural ? nil : text
    }

    private var problem: Problem {
        let message = "not YAML: \(parser.pointee.problem.map { String(cString: $0) } ?? "it can't be read")"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            let place = TextPosition.position(ofByte: parser.pointee.problem_offset, in: bytes)
            return Problem(message: message, position: place, help: "remove the character")
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let place = position(parser.pointee.problem_mark)
            if let tab = TextPosition.indentingTab(in: bytes, upTo: place.line) {
                return Problem(
                    message: "this line is indented by a tab, which YAML does not take for indentation",
                    position: tab,
                    help: "indent by spaces"
                )
            }
            // libyaml's contexts are clauses such as "while parsing a block mapping".
            let context = parser.pointee.context.map { text in
                "\(String(cString: text)), which begins at \(position(parser.pointee.context_mark))"
            }
            return Problem(
                message: message,
                position: place,
                help: context ?? Self.syntaxHelp
            )
        default:
            return Problem(
                message: "the file can't be read as YAML",
                position: SourcePosition(line: 1, column: 1),
                help: Self.syntaxHelp
            )
        }
    }

    private func position(_ mark: yaml_mark_t) -> SourcePosition {
        min(SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1), end)
    }
}
