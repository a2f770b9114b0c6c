/// Reads a route template from left to right and stops at the first problem.
struct RouteTemplateParser {
    private static let maximumNameLength = 64

    private let text: String
    private var names: Set<String> = []
    private(set) var segments: [RouteTemplate.Segment] = []
    private(set) var hasTrailingSlash = false

    init(_ text: String) { self.text = text }

    mutating func parse() throws(RouteTemplateError) {
        let utf8 = text.utf8
        guard utf8.first == UInt8(ascii: "/") else { throw error(.notAbsolute, at: text.startIndex) }
        guard utf8.count <= RouteTemplate.maximumLength else { throw error(.tooLong, at: text.startIndex) }
        var start = utf8.index(after: text.startIndex)
        while start < text.endIndex {
            let end = utf8[start...].firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
            if case .rest = segments.last { throw error(.restNotLast, at: utf8.index(before: start)) }
            guard segments.count < RouteTemplate.maximumSegments else { throw error(.tooManySegments, at: start) }
            segments.append(try segment(text[start..<end]))
            guard end < text.endIndex else { return }
            start = utf8.index(after: end)
        }
        if case .rest = segments.last { throw error(.restNotLast, at: utf8.index(before: start)) }
        hasTrailingSlash = true
    }

    private mutating func segment(_ part: Substring) throws(RouteTemplateError) -> RouteTemplate.Segment {
        guard !part.isEmpty else { throw error(.emptySegment, at: part.startIndex) }
        guard part != ".", part != ".." else { throw error(.dotSegment, at: part.startIndex) }
        if part.utf8.first == UInt8(ascii: "{") { return try parameter(part) }
        for index in part.unicodeScalars.indices {
            let character = part.unicodeScalars[index]
            if character == "{" || character == "}" { throw error(.strayBrace, at: index) }
            guard Self.isLiteral(character) else { throw error(.invalidCharacter(character), at: index) }
        }
        return .literal(String(part))
    }

    private mutating func parameter(_ part: Substring) throws(RouteTemplateError) -> RouteTemplate.Segment {
        let utf8 = part.utf8
        guard let close = utf8.firstIndex(of: UInt8(ascii: "}")) else {
            throw error(.unclosedParameter, at: part.startIndex)
        }
        let afterClose = utf8.index(after: close)
        guard afterClose == part.endIndex else { throw error(.strayBrace, at: afterClose) }
        let nameStart = utf8.index(after: part.startIndex)
        let inside = part[nameStart..<close]
        let isRest = inside.hasSuffix("...")
        let name = String(isRest ? inside.dropLast(3) : inside)
        guard Self.isName(name) else { throw error(.invalidParameterName(name), at: nameStart) }
        guard names.insert(name).inserted else { throw error(.duplicateParameter(name), at: nameStart) }
        return isRest ? .rest(name) : .parameter(name)
    }

    private func error(_ kind: RouteTemplateError.Kind, at index: String.Index) -> RouteTemplateError {
        RouteTemplateError(kind: kind, offset: text.utf8.distance(from: text.startIndex, to: index))
    }

    /// unreserved / sub-delims (RFC 3986 §2.2, §2.3) without `;`. A percent-encoding can't be literal: which ones a
    /// path may have is for parameters only.
    private static func isLiteral(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "A"..."Z", "a"..."z", "0"..."9", "-", ".", "_", "~": true
        case "!", "$", "&", "'", "(", ")", "*", "+", ",", "=", ":", "@": true
        default: false
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, name.utf8.count <= maximumNameLength else { return false }
        guard !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy { character in
            switch character {
            case "A"..."Z", "a"..."z", "0"..."9", "_": true
            default: false
            }
        }
    }
}
