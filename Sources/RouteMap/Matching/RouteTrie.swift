/// The templates of a map as a tree of segments, in flat arrays: nodes refer to each other by index, and the literal
/// children of all nodes are in one hash table. Finding a template costs what the path is long, however many templates
/// there are, and allocates nothing.
struct RouteTrie: Sendable {
    static let none: Int32 = -1

    struct Node: Sendable {
        /// The child for any one segment.
        var parameterChild = RouteTrie.none
        /// The template that ends here.
        var exactTemplate = RouteTrie.none
        /// The template that ends here with a slash.
        var slashTemplate = RouteTrie.none
        /// The template that takes one or more segments from here to the end, and a slash behind them.
        var restTemplate = RouteTrie.none
        var hasLiteralChildren = false
    }

    private let nodes: [Node]
    private let literals: LiteralChildren

    init(_ builder: RouteTrieBuilder) {
        nodes = builder.nodes
        literals = LiteralChildren(builder.edges)
    }

    /// The template that matches a path: literal before parameter before rest, segment by segment from the left.
    ///
    /// - Parameter path: what a request target has before its `?`, as it was sent or in another reading.
    func template(matching path: Span<UInt8>) -> Int32 {
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else { return Self.none }
        return template(matching: path, from: 1, at: 0)
    }

    /// Goes on at a node with what begins at `start`, right after a slash. The tree is no deeper than a template has
    /// segments (``RouteTemplate/maximumSegments``), and so is the recursion; as a node stands at one depth only, it
    /// is entered once at most.
    private func template(matching path: Span<UInt8>, from start: Int, at nodeIndex: Int32) -> Int32 {
        let node = nodes[Int(nodeIndex)]
        guard start < path.count else { return node.slashTemplate }
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        guard end > start else { return Self.none }

        if node.hasLiteralChildren {
            let child = literals.child(of: nodeIndex, path, start, end)
            if child != Self.none {
                let found = template(matching: path, after: end, at: child)
                if found != Self.none { return found }
            }
        }
        if node.parameterChild != Self.none {
            let found = template(matching: path, after: end, at: node.parameterChild)
            if found != Self.none { return found }
        }
        return node.restTemplate != Self.none && isSegments(path, from: end) ? node.restTemplate : Self.none
    }

    @inline(__always)
    private func template(matching path: Span<UInt8>, after end: Int, at child: Int32) -> Int32 {
        end == path.count
            ? nodes[Int(child)].exactTemplate
            : template(matching: path, from: end + 1, at: child)
    }

    /// Whether what follows the end of a segment is nothing but non-empty segments, with or without a slash at the end.
    private func isSegments(_ path: Span<UInt8>, from end: Int) -> Bool {
        var wasSlash = false
        for index in end..<path.count {
            let isSlash = path[index] == UInt8(ascii: "/")
            if isSlash, wasSlash { return false }
            wasSlash = isSlash
        }
        return true
    }
}
