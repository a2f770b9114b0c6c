import RouteMap

/// A value of a YAML document with its place: what is left of YAML once tags, anchors and aliases are refused.
struct YAMLNode {
    enum Content {
        case scalar(text: String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    let content: Content
    let position: SourcePosition

    /// What kind of value this is, for messages.
    var kind: String {
        switch content {
        case .scalar where isNull: "nothing"
        case .scalar(let text, _): "\"\(text.prefix(64))\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Whether this is YAML's way to say nothing (YAML 1.2.2 §10.2.1.1).
    var isNull: Bool {
        guard case .scalar(let text, true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The text of a scalar that says something, quoted or not.
    var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// The text of a scalar that is not quoted, which is how numbers and `true` are written.
    var plainText: String? {
        guard case .scalar(let text, true) = content, !isNull else { return nil }
        return text
    }

    /// The place of a character of a scalar, counted in bytes from the start of its text. It is exact for a scalar on
    /// one line without escapes.
    func position(ofByte offset: Int) -> SourcePosition {
        guard case .scalar(let text, let isPlain) = content else { return position }
        let index = text.utf8.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) ?? text.endIndex
        let characters = text.unicodeScalars.distance(from: text.startIndex, to: index)
        return SourcePosition(line: position.line, column: position.column + characters + (isPlain ? 0 : 1))
    }
}
