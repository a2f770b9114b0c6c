/// Finds paths that are nearly those of a literal template, and yet belong to one with parameters: `/users/Export`,
/// `/users/export.json` or `/users/export/` beside `/users/export` and `/users/{id}`. A backend that doesn't tell
/// letters' case, or takes an ending for a format, serves them as the literal.
struct NearMisses: Sendable {
    private let folded: RouteTrie
    private let templates: [RouteTemplate]

    init(_ templates: [RouteTemplate]) {
        var builder = RouteTrieBuilder()
        for (index, template) in templates.enumerated() {
            builder.insert(template, index: index) { String(decoding: $0.utf8.map(Self.lowercased), as: UTF8.self) }
        }
        folded = RouteTrie(builder)
        self.templates = templates
    }

    /// Whether a path that belongs to a template is nearly one of a template that is more literal.
    func has(_ path: Span<UInt8>, of template: Int32) -> Bool {
        guard template != RouteTrie.none, path.count > 1 else { return false }
        let bytes = path.indices.map { Self.lowercased(path[$0]) }
        var end = bytes.count
        if isNearer(bytes[...], than: template) { return true }
        if bytes[end - 1] == UInt8(ascii: "/") {
            end -= 1
            if isNearer(bytes[..<end], than: template) { return true }
        }
        let start = (bytes[..<end].lastIndex(of: UInt8(ascii: "/")) ?? 0) + 1
        // Of `export.tar.gz` both `export.tar` and `export`; more dots than two are no format.
        let segment = bytes[start..<end]
        for dot in [segment.lastIndex(of: UInt8(ascii: ".")), segment.firstIndex(of: UInt8(ascii: "."))] {
            if let dot, dot > start, isNearer(bytes[..<dot], than: template) { return true }
        }
        return false
    }

    private func isNearer(_ path: ArraySlice<UInt8>, than template: Int32) -> Bool {
        let other = folded.template(matching: Array(path).span)
        guard other != RouteTrie.none, other != template else { return false }
        let (here, there) = (templates[Int(template)].segments, templates[Int(other)].segments)
        return there.indices.contains { index in
            guard case .literal = there[index] else { return false }
            guard index < here.count else { return true }
            if case .literal = here[index] { return false }
            return true
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
