import RouteMap

/// Why a document can't be read.
struct OutlineProblem: Error {
    let message: String
    let position: SourcePosition
    let help: String?
}

/// The tokens of a JSON or YAML text, one after the other.
protocol OutlineSource {
    /// Goes on to the next token.
    mutating func next() throws(OutlineProblem) -> OutlineToken
    /// Where the token begins.
    var position: SourcePosition { mutating get }
    /// The text of a scalar, and whether it is without quotes.
    var text: String { get }
    var isPlain: Bool { get }
    /// The name that YAML gives the value, or that an alias stands for.
    var anchor: String? { get }
    /// Whether `<<` merges (YAML has it, JSON doesn't).
    var merges: Bool { get }
}

enum OutlineToken: Equatable {
    case beginMapping, endMapping, beginSequence, endSequence, scalar, alias, end
}

/// Builds the parts of a document that matter from its tokens. Nothing is written out that an alias stands for: its
/// value is shared, and counted as if it were written out, so that there is a bound to what can be made of a few lines.
struct OutlineBuilder<Source: OutlineSource> {
    /// The bounds of a document.
    struct Limits {
        var depth = 64
        /// Values that are kept.
        var values = 1_000_000
        /// Values that are kept, with aliases written out.
        var expanded = 4_000_000
    }

    /// A value, with how many values it is and how deep.
    private struct Built {
        let node: YAMLNode
        var size = 1
        var height = 1
    }

    private struct Anchored {
        let built: Built
        let filter: OutlineFilter

        /// Of a scalar nothing is left out.
        var isScalar: Bool { if case .scalar = built.node.content { true } else { false } }
    }

    private static var longestShared: Int { 128 }

    private var source: Source
    private let limits: Limits
    /// The named values that were met in what isn't kept, and are needed.
    private let wantedAnchors: Set<String>
    /// `nil` for a value that wasn't kept.
    private var anchors: [String: Anchored?] = [:]
    private var count = 0
    private var texts: Set<String> = []
    /// The names of values that are needed and weren't kept, or not all of them.
    private(set) var missingAnchors: Set<String> = []
    /// The references in what is kept.
    private(set) var references: [String] = []

    init(_ source: Source, limits: Limits = Limits(), wantedAnchors: Set<String> = []) {
        self.source = source
        self.limits = limits
        self.wantedAnchors = wantedAnchors
    }

    /// The document.
    mutating func document(_ wanted: WantedPlaces) throws(OutlineProblem) -> YAMLNode {
        let token = try source.next()
        guard token != .end else {
            let start = SourcePosition(line: 1, column: 1)
            throw OutlineProblem(
                message: "the file is empty",
                position: start,
                help: "it may not have been written whole"
            )
        }
        let built = try value(token, wanted.filter(.root), wanted, depth: 0)
        guard try source.next() == .end else {
            throw OutlineProblem(
                message: "there is more than one document",
                position: source.position,
                help: "keep one in the file"
            )
        }
        return built.node
    }

    private mutating func value(
        _ token: OutlineToken,
        _ filter: OutlineFilter,
        _ wanted: WantedPlaces?,
        depth: Int
    ) throws(OutlineProblem) -> Built {
        let position = source.position
        guard depth < limits.depth else { throw tooDeep(position) }
        if token == .alias { return try alias(filter, position, depth: depth) }
        count += 1
        guard count <= limits.values else { throw tooMuch(limits.values, position) }
        let anchor = source.anchor
        // What an alias elsewhere needs whole is kept whole.
        let filter = anchor.map(wantedAnchors.contains) == true ? .everything : filter
        let built: Built
        switch token {
        case .scalar: built = scalar(position)
        case .beginMapping: built = try mapping(filter, wanted, position, depth)
        case .beginSequence: built = try sequence(filter, wanted, position, depth)
        case .endMapping, .endSequence, .alias, .end:
            throw OutlineProblem(message: "a value is missing", position: position, help: nil)
        }
        guard built.size <= limits.expanded else { throw tooMuch(limits.expanded, position) }
        if let anchor { anchors[anchor] = .some(Anchored(built: built, filter: filter)) }
        return built
    }

    /// A scalar; short texts that come again and again are kept once.
    private mutating func scalar(_ position: SourcePosition) -> Built {
        var text = source.text
        if (16...Self.longestShared).contains(text.utf8.count) { text = texts.insert(text).memberAfterInsert }
        return Built(node: YAMLNode(content: .scalar(text: text, isPlain: source.isPlain), position: position))
    }

    private mutating func alias(
        _ filter: OutlineFilter,
        _ position: SourcePosition,
        depth: Int
    ) throws(OutlineProblem) -> Built {
        let name = source.anchor ?? ""
        guard let anchored = anchors[name] else {
            throw OutlineProblem(
                message: "there is no &\(name) before this alias",
                position: position,
                help: "texts that begin with * need quotes"
            )
        }
        guard let anchored, anchored.filter == filter || anchored.filter == .everything || anchored.isScalar else {
            // It is read again with the value kept.
            missingAnchors.insert(name)
            return Built(node: YAMLNode(content: .scalar(text: "", isPlain: true), position: position))
        }
        guard depth + anchored.built.height <= limits.depth else { throw tooDeep(position) }
        return anchored.built
    }

    private mutating func mapping(
        _ filter: OutlineFilter,
        _ wanted: WantedPlaces?,
        _ position: SourcePosition,
        _ depth: Int
    ) throws(OutlineProblem) -> Built {
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        var places: [String: SourcePosition] = [:]
        var merged: [Built] = []
        var (size, height) = (1, 1)
        while true {
            let token = try source.next()
            if token == .endMapping { break }
            let key = try key(token, depth)
            guard case .scalar(let name, let isPlain) = key.content else {
                try skip(try source.next())
                count += 1
                guard count <= limits.values else { throw tooMuch(limits.values, key.position) }
                size += 2
                pairs.append(Self.unreadable(key.position))
                continue
            }
            if let first = places.updateValue(key.position, forKey: name) {
                throw OutlineProblem(
                    message: "the key \(name.prefix(64)) is given twice",
                    position: key.position,
                    help: "it is first at \(first)"
                )
            }
            let token2 = try source.next()
            if source.merges, name == "<<", isPlain {
                merged.append(try value(token2, filter, wanted, depth: depth))
                continue
            }
            let place = wanted?.children[name]
            let kept = filter.member(name)
            let inner = place?.filter(kept) ?? kept
            guard inner != .nothing || place != nil else {
                try skip(token2)
                continue
            }
            let built = try value(token2, inner, place, depth: depth + 1)
            size += 1 + built.size
            height = max(height, built.height + 1)
            pairs.append((key, built.node))
            if name == "$ref", let text = built.node.text { references.append(text) }
        }
        for built in merged {
            guard let members = Self.mergeable(built.node) else {
                throw OutlineProblem(
                    message: "<< merges something that is no mapping",
                    position: built.node.position,
                    help: "quote it if it is a name"
                )
            }
            size += built.size
            height = max(height, built.height + 1)
            for member in members {
                if case .scalar(let name, _) = member.key.content {
                    guard places[name] == nil else { continue }
                    places[name] = member.key.position
                }
                pairs.append(member)
            }
        }
        return Built(node: YAMLNode(content: .mapping(pairs), position: position), size: size, height: height)
    }

    /// The members that `<<` takes over, of one mapping or of several, the first before the others.
    private static func mergeable(_ node: YAMLNode) -> [(key: YAMLNode, value: YAMLNode)]? {
        switch node.content {
        case .mapping(let pairs): return pairs
        case .sequence(let items):
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            for item in items {
                switch item.content {
                case .mapping(let pairs): members += pairs
                case .scalar("", true): members.append(unreadable(item.position))
                case .scalar, .sequence: return nil
                }
            }
            return members
        // Nothing, which can't be merged; or an alias of a value that is read the next time.
        case .scalar("", true): return [unreadable(node.position)]
        case .scalar: return nil
        }
    }

    /// The key of a mapping; an empty list for one that is no scalar.
    private mutating func key(_ token: OutlineToken, _ depth: Int) throws(OutlineProblem) -> YAMLNode {
        let position = source.position
        switch token {
        case .scalar, .alias:
            let built = try value(token, .everything, nil, depth: depth + 1)
            if case .scalar = built.node.content { return built.node }
        default: try skip(token)
        }
        return YAMLNode(content: .sequence([]), position: position)
    }

    /// A member that no document means anything by, kept so that nobody takes the mapping for one without it.
    private static func unreadable(_ position: SourcePosition) -> (key: YAMLNode, value: YAMLNode) {
        (
            YAMLNode(content: .sequence([]), position: position),
            YAMLNode(content: .scalar(text: "", isPlain: true), position: position)
        )
    }

    private mutating func sequence(
        _ filter: OutlineFilter,
        _ wanted: WantedPlaces?,
        _ position: SourcePosition,
        _ depth: Int
    ) throws(OutlineProblem) -> Built {
        var items: [YAMLNode] = []
        var (size, height) = (1, 1)
        while true {
            let token = try source.next()
            if token == .endSequence { break }
            let place = wanted?.children["\(items.count)"]
            let inner = place?.filter(filter.item) ?? filter.item
            if inner == .nothing, place == nil {
                // What follows keeps its index.
                if wanted != nil {
                    count += 1
                    items.append(YAMLNode(content: .scalar(text: "", isPlain: true), position: source.position))
                }
                try skip(token)
                continue
            }
            let built = try value(token, inner, place, depth: depth + 1)
            size += built.size
            height = max(height, built.height + 1)
            items.append(built.node)
        }
        return Built(node: YAMLNode(content: .sequence(items), position: position), size: size, height: height)
    }

    /// Reads over a value, however deep it is.
    private mutating func skip(_ first: OutlineToken) throws(OutlineProblem) {
        var (token, open) = (first, 0)
        while true {
            if token != .alias, let name = source.anchor {
                if wantedAnchors.contains(name) {
                    _ = try value(token, .everything, nil, depth: 0)
                    token = .scalar
                } else {
                    anchors[name] = .some(nil)
                }
            }
            switch token {
            case .beginMapping, .beginSequence: open += 1
            case .endMapping, .endSequence: open -= 1
            case .scalar, .alias: break
            case .end: throw OutlineProblem(message: "a value is missing", position: source.position, help: nil)
            }
            if open == 0 { return }
            token = try source.next()
        }
    }

    private func tooDeep(_ position: SourcePosition) -> OutlineProblem {
        OutlineProblem(
            message: "values are nested more than \(limits.depth) deep",
            position: position,
            help: "nothing that routes depend on has to be nested so deep"
        )
    }

    private func tooMuch(_ limit: Int, _ position: SourcePosition) -> OutlineProblem {
        OutlineProblem(
            message: "there are more than \(limit) values that matter to routes, with aliases written out",
            position: position,
            help: "import the document in parts"
        )
    }
}
