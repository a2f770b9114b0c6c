import RouteMap
import Yams

/// Turns the bytes of a file into ``YAMLNode``s, or into diagnostics.
struct YAMLReader {
    private static let startOfFile = SourcePosition(line: 1, column: 1)
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    /// Longer than what a `String` stores in line.
    private static let padding = String(repeating: "\n", count: 32)

    let log: DiagnosticLog
    /// The deepest nesting that is read.
    var maximumDepth = 32

    /// The document in the bytes; `nil` after an error was logged.
    func document(_ bytes: [UInt8]) -> YAMLNode? {
        // libyaml takes a byte order mark for indentation.
        let bytes = bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(Self.byteOrderMark.count)) : bytes
        guard let text = text(bytes) else { return nil }
        if let alias = AliasScanner.firstAlias(in: bytes) {
            log.error(
                "aliases are not supported",
                at: TextPosition.position(ofByte: alias, in: bytes),
                help: "write the value out where it is needed"
            )
            return nil
        }
        let end = TextPosition.position(ofByte: bytes.count, in: bytes)
        do {
            // The basic resolver takes every scalar for a string: what a scalar means is for the configuration to say,
            // not for YAML's rules.
            guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                log.error("the file is empty", at: Self.startOfFile, help: "it may not have been written to its end")
                return nil
            }
            return node(root, depth: 0, end: end)
        } catch let error as YamlError {
            report(error, text: text, end: end)
        } catch {
            log.error("the file can't be read as YAML", at: Self.startOfFile)
        }
        return nil
    }

    private func text(_ bytes: [UInt8]) -> String? {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let position = TextPosition.position(ofByte: error.byteOffsets.lowerBound, in: bytes)
            log.error("the file is not UTF-8 here", at: position, help: "save it as UTF-8")
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        // Yams hands libyaml a pointer into the string that it goes on using later, which is sound only for strings
        // that are not stored in line.
        return text.utf8.count < Self.padding.utf8.count ? text + Self.padding : text
    }

    /// - Parameter end: where the file ends; a value that isn't there is said to be behind the padding.
    private func node(_ node: Yams.Node, depth: Int, end: SourcePosition) -> YAMLNode? {
        let position = node.mark.map { min(SourcePosition(line: $0.line, column: $0.column), end) } ?? Self.startOfFile
        guard depth < maximumDepth else {
            log.error(
                "values are nested more than \(maximumDepth) deep",
                at: position,
                help: "nothing in it has to be nested so deep"
            )
            return nil
        }
        if let tag = explicitTag(of: node) {
            log.error("tags such as \(tag) are not supported", at: position, help: "leave it out: no value needs one")
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return YAMLNode(content: .scalar(text: scalar.string, isPlain: isPlain), position: position)
        case .sequence(let sequence):
            let items = sequence.map { self.node($0, depth: depth + 1, end: end) }
            let known = items.compactMap(\.self)
            return known.count == items.count ? YAMLNode(content: .sequence(known), position: position) : nil
        case .mapping(let mapping):
            let pairs = mapping.map { pair in
                (
                    self.node(pair.key, depth: depth + 1, end: end), self.node(pair.value, depth: depth + 1, end: end)
                )
            }
            let known = pairs.compactMap { pair in
                if let key = pair.0, let value = pair.1 { (key: key, value: value) } else { nil }
            }
            return known.count == pairs.count ? YAMLNode(content: .mapping(known), position: position) : nil
        case .alias:
            log.error("aliases are not supported", at: position, help: "write the value out where it is needed")
            return nil
        }
    }

    private func explicitTag(of node: Yams.Node) -> String? {
        let natural: Tag.Name =
            switch node {
            case .scalar, .alias: .str
            case .sequence: .seq
            case .mapping: .map
            }
        let tag = node.tag
        return tag == Tag(natural) ? nil : tag.description
    }

    /// - Parameter end: where the file ends, which padding is behind.
    private func report(_ error: YamlError, text: String, end: SourcePosition) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let position = min(SourcePosition(line: mark.line, column: mark.column), end)
            if let tab = TextPosition.indentingTab(in: text, upTo: position.line) {
                log.error(
                    "this line is indented by a tab, which YAML does not take for indentation",
                    at: tab,
                    help: "indent by spaces"
                )
                return
            }
            log.error("not YAML: \(problem)", at: position, help: context.map { Self.help($0, end) } ?? Self.syntaxHelp)
        case .reader(let problem, let offset, _, _):
            let position = TextPosition.position(ofCharacter: offset ?? 0, in: text)
            log.error("not YAML: \(problem)", at: position, help: "remove the character")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let first = SourcePosition(line: context.mark.line, column: context.mark.column)
            let key = duplicates.first ?? ""
            let second = TextPosition.nextKey(key, after: first, in: text)
            log.error("the key \(key) is given twice", at: second ?? first, help: "it is first at \(first)")
        default:
            log.error("the file can't be read as YAML", at: Self.startOfFile)
        }
    }

    private static let syntaxHelp = "texts with : # { [ & or * in them need quotes, and indentation is by spaces"

    /// libyaml's contexts are clauses such as "while parsing a block mapping".
    private static func help(_ context: YamlError.Context, _ end: SourcePosition) -> String {
        let position = min(SourcePosition(line: context.mark.line, column: context.mark.column), end)
        return "\(context.text), which begins at \(position)"
    }
}
