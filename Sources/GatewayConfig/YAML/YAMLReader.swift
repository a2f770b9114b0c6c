import RouteMap

/// Turns the bytes of a file into ``YAMLNode``s, or into diagnostics. Aliases and tags are refused as they are met, so
/// that nothing is ever written out.
struct YAMLReader {
    private static let startOfFile = SourcePosition(line: 1, column: 1)
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    let log: DiagnosticLog
    /// The deepest nesting that is read.
    var maximumDepth = 32

    /// The document in the bytes; `nil` after an error was logged.
    func document(_ bytes: [UInt8]) -> YAMLNode? {
        guard let bytes = Self.text(bytes, log) else { return nil }
        do {
            return try YAMLParser.read(bytes) { (parser) throws(YAMLParser.Problem) in
                var composer = YAMLComposer(parser: parser, maximumDepth: maximumDepth)
                return try composer.document()
            }
        } catch {
            log.error(error.message, at: error.position, help: error.help)
            return nil
        }
    }

    /// The bytes without a mark of their order, which libyaml takes for indentation; `nil` after it was logged that
    /// they are no UTF-8.
    static func text(_ bytes: [UInt8], _ log: DiagnosticLog) -> [UInt8]? {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let position = TextPosition.position(ofByte: error.byteOffsets.lowerBound, in: bytes)
            log.error("the file is not UTF-8 here", at: position, help: "save it as UTF-8")
            return nil
        }
        return bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
    }
}

/// Puts the events of a text together.
private struct YAMLComposer {
    typealias Problem = YAMLParser.Problem

    let parser: YAMLParser
    let maximumDepth: Int
    /// The names of nodes so far.
    private var anchors: Set<String> = []

    init(parser: YAMLParser, maximumDepth: Int) {
        self.parser = parser
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(Problem) -> YAMLNode {
        guard try parser.next() == .documentStart else {
            throw Problem(
                message: "the file is empty",
                position: SourcePosition(line: 1, column: 1),
                help: "it may not have been written to its end"
            )
        }
        let root = try node(try parser.next(), depth: 0)
        // The end of the document.
        _ = try parser.next()
        guard try parser.next() == .streamEnd else {
            throw Problem(
                message: "not YAML: but found another document",
                position: parser.position,
                help: "expected a single document in the stream, which begins at 1:1"
            )
        }
        return root
    }

    private mutating func node(_ token: YAMLParser.Token, depth: Int) throws(Problem) -> YAMLNode {
        let position = parser.position
        guard depth < maximumDepth else {
            throw Problem(
                message: "values are nested more than \(maximumDepth) deep",
                position: position,
                help: "nothing in it has to be nested so deep"
            )
        }
        if let tag = parser.tag {
            throw Problem(
                message: "tags such as \(tag) are not supported",
                position: position,
                help: "leave it out: no value needs one"
            )
        }
        let anchor = parser.anchor
        let content: YAMLNode.Content
        switch token {
        case .scalar: content = .scalar(text: parser.text, isPlain: parser.isPlain)
        case .beginSequence: content = .sequence(try items(depth))
        case .beginMapping: content = .mapping(try pairs(depth))
        case .alias: throw alias(anchor ?? "", position)
        case .documentStart, .documentEnd, .streamEnd, .endMapping, .endSequence:
            // libyaml gives none of these where a value belongs.
            throw Problem(message: "not YAML: a value is missing", position: position, help: "write a value")
        }
        if let anchor { anchors.insert(anchor) }
        return YAMLNode(content: content, position: position)
    }

    private mutating func items(_ depth: Int) throws(Problem) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let token = try parser.next()
            if token == .endSequence { return items }
            items.append(try node(token, depth: depth + 1))
        }
    }

    private mutating func pairs(_ depth: Int) throws(Problem) -> [(key: YAMLNode, value: YAMLNode)] {
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        var places: [String: SourcePosition] = [:]
        while true {
            let token = try parser.next()
            if token == .endMapping { return pairs }
            let key = try node(token, depth: depth + 1)
            if case .scalar(let text, _) = key.content, let first = places.updateValue(key.position, forKey: text) {
                throw Problem(
                    message: "the key \(text) is given twice",
                    position: key.position,
                    help: "it is first at \(first)"
                )
            }
            pairs.append((key, try node(try parser.next(), depth: depth + 1)))
        }
    }

    private func alias(_ name: String, _ position: SourcePosition) -> Problem {
        anchors.contains(name)
            ? Problem(
                message: "aliases are not supported",
                position: position,
                help: "write the value out where it is needed"
            )
            : Problem(
                message: "not YAML: found undefined alias",
                position: position,
                help: "texts that begin with * need quotes"
            )
    }
}
