/// A way to write a path that some backends take for another path.
struct PathSpelling: Sendable {
    /// How it is called in reports.
    let name: String
    /// The spellings of a path.
    let spell: @Sendable (ProbePath) -> [String]
    /// What a parameter may be filled with so that a backend with this reading reads something else.
    let values: [(spelled: String, read: String)]

    init(
        _ name: String,
        values: [(spelled: String, read: String)] = [],
        _ spell: @escaping @Sendable (ProbePath) -> [String]
    ) {
        self.name = name
        self.values = values
        self.spell = spell
    }

    /// A spelling that changes one segment, in each place, from the last to the first.
    private static func segments(
        _ name: String,
        values: [(spelled: String, read: String)] = [],
        lastOnly: Bool = false,
        _ change: @escaping @Sendable (String) -> String?
    ) -> PathSpelling {
        PathSpelling(name, values: values) { path in
            path.segments.indices.reversed().prefix(lastOnly ? 1 : .max).compactMap { place in
                change(path.segments[place]).map { path.replacing(place, by: $0).target }
            }
        }
    }

    /// A spelling that puts something in the place of a slash, the last one first.
    private static func slashes(
        _ name: String,
        _ text: String,
        values: [(spelled: String, read: String)] = []
    ) -> PathSpelling {
        PathSpelling(name, values: values) { path in
            guard path.segments.count > 1 else { return [] }
            return path.segments.indices.dropFirst().reversed().map { place in
                let joined = path.segments[place - 1] + text + path.segments[place]
                var copy = path
                copy.segments.replaceSubrange(place - 1...place, with: [joined])
                return copy.target
            }
        }
    }

    /// A spelling that puts segments in front of a segment, the last one first.
    private static func inserted(
        _ name: String,
        _ text: String,
        values: [(spelled: String, read: String)] = []
    ) -> PathSpelling {
        PathSpelling(name, values: values) { path in
            path.segments.indices.reversed().map { path.replacing($0, by: text + path.segments[$0]).target }
        }
    }

    static let letterCase = [
        PathSpelling("upper case") { path in
            var copy = path
            copy.segments = path.segments.map { $0.uppercased() }
            return copy.segments == path.segments ? [] : [copy.target]
        },
        segments("a letter in another case") { text in
            guard let first = text.first, first.isASCII, first.isLetter else { return nil }
            return (first.isUppercase ? first.lowercased() : first.uppercased()) + text.dropFirst()
        },
    ]

    static let trailingSlash = [
        PathSpelling("trailing slash") { path in
            guard !path.segments.isEmpty else { return [] }
            var copy = path
            copy.hasTrailingSlash.toggle()
            return [copy.target]
        }
    ]

    static let suffix = [
        segments(".json", lastOnly: true) { $0.contains(".") ? nil : $0 + ".json" },
        segments(".html", lastOnly: true) { $0.contains(".") ? nil : $0 + ".html" },
        segments("trailing dot", lastOnly: true) { $0 + "." },
        segments("trailing space", lastOnly: true) { $0 + "%20" },
    ]

    static let parameters = [
        segments(";x", values: [("x;x", "x")]) { $0 + ";x" },
        segments("%3Bx", values: [("x%3Bx", "x")]) { $0 + "%3Bx" },
    ]

    static let doubleSlash = [
        slashes("//", "//"),
        PathSpelling("// at the beginning") { path in path.segments.isEmpty ? [] : ["/" + path.target] },
    ]

    static let encodedSlash = [
        slashes("%2F", "%2F", values: [("x%2Fx", "x/x")]),
        slashes("%2f", "%2f", values: [("x%2fx", "x/x")]),
        slashes("backslash", "\\"),
        slashes("%5C", "%5C"),
    ]

    static let encodedDelimiter = [
        segments("%23x", values: [("x%23x", "x")], lastOnly: true) { $0 + "%23x" },
        segments("%3Fx", values: [("x%3Fx", "x")], lastOnly: true) { $0 + "%3Fx" },
    ]

    static let encodedDots = [
        inserted("..%2F", "x/..%2F", values: [("..%2Fx", "../x")]),
        inserted("%2e%2e/", "x/%2e%2e/"),
        inserted("../", "x/../"),
        inserted("./", "./"),
    ]

    static let fullWidth = [
        inserted("full-width dots", "x/\(wideDot)\(wideDot)/", values: [("\(wideDot)\(wideDot)", "..")]),
        inserted("full-width dot", "\(wideDot)/", values: [(wideDot, ".")]),
        slashes("full-width slash", "%EF%BC%8F", values: [("x%EF%BC%8Fx", "x/x")]),
        segments("full-width letter") { text in
            guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
                return nil
            }
            // U+FF41 is the full-width a.
            let byte = 0x81 + first - UInt8(ascii: "a")
            return "%EF%BD%\(String(byte, radix: 16, uppercase: true))" + text.dropFirst()
        },
    ]

    static let encodedLetters = [
        segments("encoded letter") { text in
            guard let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20) else { return nil }
            return "%\(String(first, radix: 16, uppercase: true))" + text.dropFirst()
        },
        segments("twice encoded letter") { text in
            guard let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20) else { return nil }
            return "%25\(String(first, radix: 16, uppercase: true))" + text.dropFirst()
        },
    ]

    private static let wideDot = "%EF%BC%8E"
}
