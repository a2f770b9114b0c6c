/// A permission that a key can have: a verb and a resource, written `verb:resource`, as in `read:trades`.
public struct Scope: Hashable, Sendable, CustomStringConvertible {
    /// The longest resource name that is accepted, in bytes.
    public static let maximumResourceLength = 64

    /// What may be done.
    public let verb: ScopeVerb
    /// What it may be done to: `[a-z][a-z0-9_]*`, at most ``maximumResourceLength`` bytes.
    public let resource: String

    /// Reads `verb:resource`.
    ///
    /// - Throws: ``ScopeSyntaxError`` when the text is not exactly that.
    public init(parsing text: String) throws(ScopeSyntaxError) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .missingColon }
        guard let verb = ScopeVerb(rawValue: String(text[..<colon])) else { throw .unknownVerb }
        try self.init(verb: verb, resource: String(text[text.utf8.index(after: colon)...]))
    }

    /// A scope of a verb and a resource name.
    ///
    /// - Throws: ``ScopeSyntaxError`` when the name breaks the rule of ``resource``.
    public init(verb: ScopeVerb, resource: String) throws(ScopeSyntaxError) {
        try Self.check(resource: resource)
        self.verb = verb
        self.resource = resource
    }

    /// The scope as it is written: `read:trades`.
    public var description: String { "\(verb.rawValue):\(resource)" }

    private static func check(resource: String) throws(ScopeSyntaxError) {
        guard !resource.isEmpty else { throw .emptyResource }
        guard resource.utf8.count <= maximumResourceLength else { throw .resourceTooLong }
        var isFirst = true
        for byte in resource.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !isFirst: break
            case UInt8(ascii: "_") where !isFirst: break
            default: throw .invalidResource
            }
            isFirst = false
        }
    }
}

/// Why a text is not a scope.
public enum ScopeSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no colon between verb and resource.
    case missingColon
    /// What stands before the colon is neither `read` nor `write`.
    case unknownVerb
    /// Nothing stands after the colon.
    case emptyResource
    /// The resource name is longer than ``Scope/maximumResourceLength`` bytes.
    case resourceTooLong
    /// The resource name has a byte that is not allowed where it stands.
    case invalidResource

    /// The reason, as the end of a sentence that starts with the text in question.
    public var description: String {
        switch self {
        case .missingColon: "is not of the form verb:resource"
        case .unknownVerb: "has a verb other than read and write"
        case .emptyResource: "names no resource"
        case .resourceTooLong: "has a resource name of more than \(Scope.maximumResourceLength) bytes"
        case .invalidResource:
            "has a resource name with something other than lowercase letters, digits and underscores, letter first"
        }
    }
}
