import HTTP1

/// Which of several prefixes a path begins with: the longest does it.
public struct PrefixTable: Sendable {
    /// What is known of the paths of a template.
    public enum Choice: Equatable, Sendable {
        /// All of them begin with the prefix of this number, or with none.
        case fixed(Int?)
        /// It depends on the path.
        case byPath
    }

    /// The longest first.
    private let entries: [(prefix: PathPrefix, number: Int)]

    /// - Parameter prefixes: Different ones; they are numbered as they come.
    public init(_ prefixes: [PathPrefix]) {
        entries = prefixes.enumerated().map { (prefix: $0.element, number: $0.offset) }
            .sorted { $0.prefix.count > $1.prefix.count }
    }

    /// The number of the longest prefix that a path begins with.
    public func number(of path: Span<UInt8>) -> Int? {
        for entry in entries where entry.prefix.begins(path) { return entry.number }
        return nil
    }

    /// Whether another reading of a path begins with another prefix.
    @inline(__always)
    public func isAmbiguous(_ path: Span<UInt8>) -> Bool {
        !entries.isEmpty && !PathReadings.isOnly(path) && hasOtherReading(path)
    }

    private func hasOtherReading(_ path: Span<UInt8>) -> Bool {
        let number = number(of: path)
        return PathReadings(path).paths.contains { self.number(of: $0.span) != number }
    }

    /// What can be said of a template's paths without seeing them.
    public func choice(of template: RouteTemplate) -> Choice {
        for entry in entries {
            switch entry.prefix.relation(to: template) {
            case .always: return .fixed(entry.number)
            case .never: continue
            case .sometimes: return .byPath
            }
        }
        return .fixed(nil)
    }
}
