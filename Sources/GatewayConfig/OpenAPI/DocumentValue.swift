import RouteMap

/// A value of a document, and the way to it.
struct DocumentValue {
    let node: YAMLNode
    /// The names and indices that lead to it.
    let path: [String]
    /// The number of its file.
    let document: Int

    /// The text of a scalar.
    var text: String? { node.text }

    /// The items of a list; `nil` when it is none.
    var items: [DocumentValue]? {
        guard case .sequence(let items) = node.content else { return nil }
        return items.enumerated().map { DocumentValue(node: $1, path: path + ["\($0)"], document: document) }
    }

    /// The members of a mapping, those left out whose names aren't text; `nil` when it is none.
    var members: [(name: String, position: SourcePosition, value: DocumentValue)]? {
        guard case .mapping(let pairs) = node.content else { return nil }
        return pairs.compactMap { key, value in
            key.text.map { ($0, key.position, DocumentValue(node: value, path: path + [$0], document: document)) }
        }
    }

    /// Whether it is a mapping without any members, even such as ``members`` leaves out.
    var hasNoMembers: Bool { if case .mapping(let pairs) = node.content { pairs.isEmpty } else { false } }

    /// Whether it has members that ``members`` leaves out, so that nobody knows what it says.
    var hasUnreadableMembers: Bool {
        guard case .mapping(let pairs) = node.content else { return false }
        return pairs.contains { $0.key.text == nil }
    }

    /// Whether it is a mapping.
    var isMapping: Bool { if case .mapping = node.content { true } else { false } }

    /// A member of a mapping, even one that says nothing.
    func member(_ name: String) -> DocumentValue? {
        guard case .mapping(let pairs) = node.content, let pair = pairs.first(where: { $0.key.text == name }) else {
            return nil
        }
        return DocumentValue(node: pair.value, path: path + [name], document: document)
    }

    /// A member of a mapping that says something.
    subscript(name: String) -> DocumentValue? {
        guard let value = member(name), !value.node.isNull else { return nil }
        return value
    }
}
