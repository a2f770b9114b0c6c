import ScopeModel
import StrictJSON

/// The scopes that an introspection answer names.
struct GrantedScopes {
    private(set) var known = ScopeSet()
    private(set) var unknownCount = 0

    /// Reads the member that holds the scopes; without it there are none.
    init(_ member: JSONMember?, catalog: ScopeCatalog) throws(IntrospectionAnswerError) {
        guard let member else { return }
        let name = String(decoding: member.name, as: UTF8.self)
        switch member.value {
        case .string(let list):
            guard !list.isEmpty else { return }
            for scope in list.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
                try add(Array(scope), member: name, catalog: catalog)
            }
        case .array(let elements):
            for element in elements {
                guard case .string(let scope) = element else { throw .wrongType(member: name) }
                try add(scope, member: name, catalog: catalog)
            }
        default:
            throw .wrongType(member: name)
        }
    }

    private mutating func add(
        _ scope: [UInt8],
        member: String,
        catalog: ScopeCatalog
    ) throws(IntrospectionAnswerError) {
        guard !scope.isEmpty, scope.allSatisfy(Self.isScopeCharacter) else { throw .invalidScope(member: member) }
        if let id = catalog.id(ofUTF8: scope.span) {
            known.insert(id)
        } else {
            unknownCount += 1
        }
    }

    /// The characters of a scope token (RFC 6749 §3.3).
    private static func isScopeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}
