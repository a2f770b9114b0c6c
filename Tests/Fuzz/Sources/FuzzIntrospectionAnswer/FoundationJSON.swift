import Foundation
import FuzzSupport
import Introspection
import ScopeModel
import StrictJSON

/// What Foundation makes of a JSON text that ours accepts.
struct FoundationJSON {
    private let object: Any

    /// Reads the text and compares it with our reading; `nil` when it holds what Foundation can't tell or leaves out:
    /// a number beyond a double, or a byte order mark in a string.
    init?(_ bytes: [UInt8], beside value: JSONValue) {
        if Self.holdsByteOrderMark(bytes) { return nil }
        do {
            object = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
        } catch {
            expect(Self.holdsNumberBeyondDouble(value), "Foundation refuses \(quoted(bytes)): \(error)")
            return nil
        }
        expect(Self.matches(value, object), "\(value) beside \(object)")
    }

    /// Makes sure that a grant is what the text says.
    func check(_ grant: Grant, _ catalog: ScopeCatalog) {
        guard let members = object as? [String: Any], let active = members["active"] as? Bool else {
            finding("a grant of an answer without active: \(object)")
        }
        expectEqual(grant.isActive, active, "whether the key is active")
        guard active else {
            expect(grant.scopes.isEmpty, "scopes of an inactive key")
            return
        }
        var scopes = ScopeSet()
        let names = Self.scopes(members["scope"]) + Self.scopes(members["scopes"])
        for name in names {
            if let id = catalog.id(ofUTF8: Array(name.utf8).span) { scopes.insert(id) }
        }
        expectEqual(grant.scopes, scopes, "the scopes")
        expectEqual(grant.unknownScopeCount, names.count { !Self.isKnown($0, catalog) }, "the unknown scopes")
        expectEqual(grant.expiresAt, Self.seconds(members["exp"]), "exp")
        expectEqual(grant.notBefore, Self.seconds(members["nbf"]), "nbf")
        expect(grant.expiresAt.map { (1...Grant.maximumTime).contains($0) } ?? true, "exp is out of range")
        expectEqual(grant.subject, members["sub"] as? String, "the subject")
        let keyID = ["key_id", "client_id", "jti"].lazy.compactMap { members[$0] as? String }.first
        expectEqual(grant.keyID, keyID, "the key id")
        expect(grant.keyIDUTF8.allSatisfy { (0x21...0x7E).contains($0) }, "a key id that is not fit for a header")
    }

    /// A time as Foundation reads it; a whole number that is written with an exponent may come out a little beside it.
    private static func seconds(_ value: Any?) -> Int64? {
        (value as? NSNumber).map { Int64($0.doubleValue.rounded()) }
    }

    private static func isKnown(_ name: String, _ catalog: ScopeCatalog) -> Bool {
        catalog.id(ofUTF8: Array(name.utf8).span) != nil
    }

    private static func scopes(_ value: Any?) -> [String] {
        if let text = value as? String { return text.split(separator: " ").map(String.init) }
        return value as? [String] ?? []
    }

    private static func matches(_ value: JSONValue, _ object: Any) -> Bool {
        switch value {
        case .null: return object is NSNull
        case .bool(let bool): return (object as? NSNumber)?.boolValue == bool
        case .string(let bytes): return (object as? String).map { Array($0.utf8) } == bytes
        case .number(let number):
            guard let theirs = object as? NSNumber else { return false }
            if let whole = number.int64, theirs.int64Value == whole { return true }
            // Foundation reads long numbers by way of its decimals, which round apart from the nearest double.
            guard let ours = number.double else { return false }
            return abs(ours - theirs.doubleValue) <= abs(ours) * 1e-12
        case .array(let elements):
            guard let theirs = object as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { matches($0, $1) }
        case .object(let members): return matches(members, object)
        }
    }

    private static func matches(_ object: JSONObject, _ theirs: Any) -> Bool {
        // Names that only Unicode takes for equal are one key in a dictionary of strings.
        let names = Set(object.members.map { String(decoding: $0.name, as: UTF8.self) })
        guard let theirs = theirs as? [String: Any], theirs.count == names.count else { return false }
        guard names.count == object.members.count else { return true }
        return object.members.allSatisfy { member in
            theirs[String(decoding: member.name, as: UTF8.self)].map { matches(member.value, $0) } ?? false
        }
    }

    private static func holdsNumberBeyondDouble(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.double == nil
        case .array(let elements): elements.contains(where: holdsNumberBeyondDouble)
        case .object(let object): object.members.contains { holdsNumberBeyondDouble($0.value) }
        case .null, .bool, .string: false
        }
    }

    private static func holdsByteOrderMark(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast(2).contains { bytes[$0...].starts(with: [0xEF, 0xBB, 0xBF]) }
    }
}
