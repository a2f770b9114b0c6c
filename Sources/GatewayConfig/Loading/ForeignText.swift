/// What other programs would replace in a file before they read it, and this one takes as it is.
enum ForeignText {
    /// Warns of each text that has something like `${NAME}` in it.
    static func warn(_ node: YAMLNode, _ log: DiagnosticLog) {
        switch node.content {
        case .scalar(let text, _):
            guard let found = variable(in: text) else { return }
            log.warning(
                "\(found) is taken as it is written: nothing is put in its place",
                at: node.position,
                help: "write the value out; secrets can be {env: NAME} or {file: path}"
            )
        case .sequence(let items): for item in items { warn(item, log) }
        case .mapping(let pairs):
            for (key, value) in pairs {
                warn(key, log)
                warn(value, log)
            }
        }
    }

    /// The first `${…}` or `{{…}}` of a text.
    static func variable(in text: String) -> String? {
        for (opening, closing) in [("${", "}"), ("{{", "}}")] {
            guard let start = text.firstRange(of: opening) else { continue }
            let rest = text[start.upperBound...]
            if let end = rest.firstRange(of: closing) {
                return String(text[start.lowerBound..<end.upperBound].prefix(64))
            }
        }
        return nil
    }
}
