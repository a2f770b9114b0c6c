/// Puts templates into a tree, to be flattened into a ``RouteTrie``.
struct RouteTrieBuilder {
    struct Edge {
        let parent: Int32
        let segment: [UInt8]
        let child: Int32
    }

    private struct EdgeKey: Hashable {
        let parent: Int32
        let segment: String
    }

    private(set) var nodes = [RouteTrie.Node()]
    private(set) var edges: [Edge] = []
    private var children: [EdgeKey: Int32] = [:]

    /// Adds a template whose shape is not there yet; one that is takes the place of the other.
    ///
    /// - Parameter spelling: How literal segments are written in the tree.
    mutating func insert(_ template: RouteTemplate, index: Int, spelling: (String) -> String = { $0 }) {
        var node: Int32 = 0
        for segment in template.segments {
            switch segment {
            case .literal(let text): node = literalChild(of: node, spelling(text))
            case .parameter: node = parameterChild(of: node)
            case .rest:
                nodes[Int(node)].restTemplate = Int32(index)
                return
            }
        }
        if template.hasTrailingSlash {
            nodes[Int(node)].slashTemplate = Int32(index)
        } else {
            nodes[Int(node)].exactTemplate = Int32(index)
        }
    }

    private mutating func literalChild(of parent: Int32, _ segment: String) -> Int32 {
        let key = EdgeKey(parent: parent, segment: segment)
        if let child = children[key] { return child }
        let child = newNode()
        children[key] = child
        edges.append(Edge(parent: parent, segment: Array(segment.utf8), child: child))
        nodes[Int(parent)].hasLiteralChildren = true
        return child
    }

    private mutating func parameterChild(of parent: Int32) -> Int32 {
        let known = nodes[Int(parent)].parameterChild
        guard known == RouteTrie.none else { return known }
        let child = newNode()
        nodes[Int(parent)].parameterChild = child
        return child
    }

    private mutating func newNode() -> Int32 {
        nodes.append(RouteTrie.Node())
        return Int32(nodes.count - 1)
    }
}
