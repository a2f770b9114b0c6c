/// Finds the templates of a set that have paths in common with another template, without comparing with each of them.
package struct TemplateOverlaps {
    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        /// The templates that end here, with or without a slash, or take the rest from here.
        var ends: [Int] = []
        var rests: [Int] = []
    }

    private var nodes = [Node()]

    /// The templates to look among.
    package init(_ templates: [RouteTemplate]) {
        for (index, template) in templates.enumerated() { insert(template, index) }
    }

    /// The indices of templates that may share paths with this one: all that do, and some that differ from it in the
    /// slash at the end only.
    package func candidates(for template: RouteTemplate) -> [Int] {
        var found: [Int] = []
        collect(template.segments[...], at: 0, into: &found)
        return found.sorted()
    }

    private mutating func insert(_ template: RouteTemplate, _ index: Int) {
        var node = 0
        for segment in template.segments {
            switch segment {
            case .literal(let text):
                if let child = nodes[node].literals[text] {
                    node = child
                } else {
                    nodes.append(Node())
                    nodes[node].literals[text] = nodes.count - 1
                    node = nodes.count - 1
                }
            case .parameter:
                if let child = nodes[node].parameter {
                    node = child
                } else {
                    nodes.append(Node())
                    nodes[node].parameter = nodes.count - 1
                    node = nodes.count - 1
                }
            case .rest:
                nodes[node].rests.append(index)
                return
            }
        }
        nodes[node].ends.append(index)
    }

    private func collect(_ segments: ArraySlice<RouteTemplate.Segment>, at index: Int, into found: inout [Int]) {
        let node = nodes[index]
        guard let first = segments.first else {
            found += node.ends
            return
        }
        found += node.rests
        let rest = segments.dropFirst()
        switch first {
        case .literal(let text):
            if let child = node.literals[text] { collect(rest, at: child, into: &found) }
            if let child = node.parameter { collect(rest, at: child, into: &found) }
        case .parameter:
            for child in node.literals.values { collect(rest, at: child, into: &found) }
            if let child = node.parameter { collect(rest, at: child, into: &found) }
        case .rest:
            for child in node.literals.values { collectAll(at: child, into: &found) }
            if let child = node.parameter { collectAll(at: child, into: &found) }
        }
    }

    private func collectAll(at index: Int, into found: inout [Int]) {
        let node = nodes[index]
        found += node.ends + node.rests
        for child in node.literals.values { collectAll(at: child, into: &found) }
        if let child = node.parameter { collectAll(at: child, into: &found) }
    }
}
