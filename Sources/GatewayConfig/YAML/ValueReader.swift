import RouteMap
import ScopeModel

/// Reads scalars; what can't be read is logged, and `nil`.
struct ValueReader {
    let log: DiagnosticLog

    /// Text that is not empty.
    func string(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = node.text else { return wrongType(node, name, expected: "text") }
        guard !text.isEmpty, !text.unicodeScalars.contains("\0") else {
            log.error(
                "\(name) is empty, or has a NUL character",
                at: node.position,
                help: "write a text that says something"
            )
            return nil
        }
        return text
    }

    /// `true` or `false`.
    func bool(_ node: YAMLNode, _ name: String) -> Bool? {
        switch node.plainText {
        case "true": return true
        case "false": return false
        default: return wrongType(node, name, expected: "true or false")
        }
    }

    /// A whole number in decimal.
    func integer(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = node.plainText, let number = Int(text), String(number) == text else {
            return wrongType(node, name, expected: "a whole number")
        }
        guard range.contains(number) else {
            return outOfRange(node, name, "\(range.lowerBound)", "\(range.upperBound)")
        }
        return number
    }

    /// A duration such as `250ms`.
    func duration(_ node: YAMLNode, _ name: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let text = node.plainText else { return wrongType(node, name, expected: "a duration such as 10s") }
        let duration = parse(node, name) { () throws(ValueProblem) in try Duration(configurationText: text) }
        guard let duration, !range.contains(duration) else { return duration }
        return outOfRange(node, name, range.lowerBound.configurationText, range.upperBound.configurationText)
    }

    /// A size such as `64KiB`.
    func size(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = node.plainText else { return wrongType(node, name, expected: "a size such as 64KiB") }
        let size = parse(node, name) { () throws(ValueProblem) in try ByteSize.parse(text) }
        guard let size, !range.contains(size) else { return size }
        return outOfRange(node, name, ByteSize.text(range.lowerBound), ByteSize.text(range.upperBound))
    }

    /// One of the words that a type has.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ node: YAMLNode, _ name: String) -> Word? {
        let words = Word.allCases.map(\.rawValue)
        guard let text = node.text else { return wrongType(node, name, expected: "one of \(words.list)") }
        if let word = Word(rawValue: text) { return word }
        let nearest = NearestName.suggestion(for: text, among: words)
        log.error(
            "\(name) can't be \"\(text.prefix(64))\"",
            at: node.position,
            help: nearest.map { "did you mean \($0)?" } ?? "it is one of \(words.list)"
        )
        return nil
    }

    /// A text of a form that an initializer knows.
    func value<Value>(
        _ node: YAMLNode,
        _ name: String,
        _ make: (String) throws(ValueProblem) -> Value
    ) -> Value? {
        guard let text = string(node, name) else { return nil }
        return parse(node, name) { () throws(ValueProblem) in try make(text) }
    }

    /// The items of a list that is not empty.
    func list(_ node: YAMLNode, _ name: String, allowsEmpty: Bool = false) -> [YAMLNode]? {
        guard case .sequence(let items) = node.content else { return wrongType(node, name, expected: "a list") }
        if items.isEmpty, !allowsEmpty {
            log.error("\(name) is an empty list", at: node.position, help: "put something in it")
            return nil
        }
        return items
    }

    /// Logs that a value is of the wrong kind.
    func wrongType<Value>(_ node: YAMLNode, _ name: String, expected: String) -> Value? {
        log.error("\(name) has to be \(expected), but is \(node.kind)", at: node.position)
        return nil
    }

    private func outOfRange<Value>(_ node: YAMLNode, _ name: String, _ lower: String, _ upper: String) -> Value? {
        log.error("\(name) has to be from \(lower) to \(upper)", at: node.position)
        return nil
    }

    private func parse<Value>(
        _ node: YAMLNode,
        _ name: String,
        _ make: () throws(ValueProblem) -> Value
    ) -> Value? {
        do {
            return try make()
        } catch {
            log.error("\(name): \(error.message)", at: node.position, help: error.help)
            return nil
        }
    }
}

extension [String] {
    /// The words with commas between them.
    var list: String { joined(separator: ", ") }
}
