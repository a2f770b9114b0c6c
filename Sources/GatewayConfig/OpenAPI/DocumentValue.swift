import RouteMap
import StrictJSON

/// A value of a document, and the way to it.
struct DocumentValue {
    let node: YAMLNode
    /// The names and indices that lead to it.
    let path: [String]

    /// The place, for messages.
    var place: OpenAPIImport.Place { OpenAPIImport.Place(position: node.position, path: path) }

    /// The text of a scalar.
    var text: String? { node.text }

    /// The items of a list; `nil` when it is none.
    var items: [DocumentValue]? {
        guard case .sequence(let items) = node.content else { return nil }
        return items.enumerated().map { DocumentValue(node: $1, path: path + ["\($0)"]) }
    }

    /// The members of a mapping, those left out whose names aren't text; `nil` when it is none.
    var members: [(name: String, position: SourcePosition, value: DocumentValue)]? {
        guard case .mapping(let pairs) = node.content else { return nil }
        return pairs.compactMap { key, value in
            key.text.map { ($0, key.position, DocumentValue(node: value, path: path + [$0])) }
        }
    }

    /// A member of a mapping that says something.
    subscript(name: String) -> DocumentValue? {
        guard case .mapping(let pairs) = node.content, let pair = pairs.first(where: { $0.key.text == name }),
            !pair.value.isNull
        else { return nil }
        return DocumentValue(node: pair.value, path: path + [name])
    }
}

/// Follows references within a document (`$ref: "#/…"`, RFC 6901 §6).
struct ReferenceResolver {
    private static let maximumSteps = 16

    let root: DocumentValue

    /// The value itself, or what it refers to; `nil` when that is in another document, isn't there, or goes round in a
    /// circle.
    func resolve(_ value: DocumentValue) -> DocumentValue? {
        var current = value
        for _ in 0..<Self.maximumSteps {
            guard let reference = current["$ref"]?.text else { return current }
            guard let next = target(of: reference) else { return nil }
            current = next
        }
        return nil
    }

    private func target(of reference: String) -> DocumentValue? {
        guard reference.hasPrefix("#"), let fragment = Self.decoded(reference.dropFirst()),
            let pointer = try? JSONPointer(parsing: fragment)
        else { return nil }
        return pointer.tokens.reduce(Optional(root)) { value, token in
            let name = String(decoding: token, as: UTF8.self)
            if let items = value?.items { return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil } }
            return value?[name]
        }
    }

    /// A fragment without its percent-encodings (RFC 3986 §2.1).
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
