import Introspection
import ScopeModel
import StrictJSON
import Testing

@Suite struct IntrospectionResponseTests {
    let catalog: ScopeCatalog

    init() throws {
        catalog = try TestCatalog.make()
    }

    private func parse(_ body: String) -> Result<Grant, IntrospectionAnswerError> {
        IntrospectionResponse.parse(body: Array(body.utf8).span, catalog: catalog)
    }

    private func grant(_ members: String) throws -> Grant {
        try parse("{\"active\":true\(members.isEmpty ? "" : ",")\(members)}").get()
    }

    @Test(
        arguments: [
            ("", [], 0), ("\"scope\":\"\"", [], 0), ("\"scope\":null", [], 0), ("\"scopes\":[]", [], 0),
            ("\"scope\":\"read:trades\"", ["read:trades"], 0),
            ("\"scope\":\"write:trades read:trades\"", ["read:trades", "write:trades"], 0),
            ("\"scopes\":\"read:tags\"", ["read:tags"], 0),
            ("\"scope\":[\"read:tags\",\"read:tags\"]", ["read:tags"], 0),
            ("\"scopes\":[\"read:tags\",\"write:trades\"]", ["write:trades", "read:tags"], 0),
            ("\"scope\":null,\"scopes\":[\"read:tags\"]", ["read:tags"], 0),
            ("\"scope\":\"openid read:trades email\"", ["read:trades"], 2),
            ("\"scope\":\"READ:trades read:trade read:tradess\"", [], 3),
            ("\"scopes\":[\"unknown\"]", [], 1), ("\"scope\":\"read\\u003atrades\"", ["read:trades"], 0),
            ("\"nested\":{\"scope\":\"read:trades\"}", [], 0), ("\"Scope\":\"read:trades\"", [], 0),
        ] as [(String, [String], Int)]
    )
    func readsScopes(members: String, names: [String], unknown: Int) throws {
        let grant = try grant(members)
        #expect(catalog.names(of: grant.scopes) == names)
        #expect(grant.unknownScopeCount == unknown)
        #expect(grant.isActive)
    }

    @Test(
        arguments: [
            ("\"exp\":1900000000", 1_900_000_000, nil), ("\"exp\":1.9e9", 1_900_000_000, nil), ("\"exp\":1", 1, nil),
            ("\"exp\":1900000000.0", 1_900_000_000, nil), ("\"exp\":253402300799", 253_402_300_799, nil),
            ("\"nbf\":1700000000", nil, 1_700_000_000), ("\"nbf\":0,\"exp\":2", 2, 0), ("\"iat\":\"x\"", nil, nil),
        ] as [(String, Int64?, Int64?)]
    )
    func readsTimes(members: String, expiresAt: Int64?, notBefore: Int64?) throws {
        let grant = try grant(members)
        #expect(grant.expiresAt == expiresAt)
        #expect(grant.notBefore == notBefore)
    }

    @Test(
        arguments: [
            ("", nil, nil), ("\"client_id\":\"c\"", "c", nil), ("\"jti\":\"j\",\"client_id\":\"c\"", "c", nil),
            ("\"jti\":\"j\",\"client_id\":\"c\",\"key_id\":\"k\"", "k", nil), ("\"jti\":\"j\"", "j", nil),
            ("\"key_id\":null,\"client_id\":\"c\"", "c", nil), ("\"sub\":\"J\u{F6}rg M\"", nil, "J\u{F6}rg M"),
            ("\"sub\":null", nil, nil), ("\"key_id\":\"k\",\"client_id\":7", "k", nil),
        ] as [(String, String?, String?)]
    )
    func readsIdentity(members: String, keyID: String?, subject: String?) throws {
        let grant = try grant(members)
        #expect(grant.keyID == keyID)
        #expect(grant.keyIDUTF8 == Array((keyID ?? "").utf8))
        #expect(grant.subject == subject)
    }

    static let longKeyID = String(repeating: "k", count: 257)
    static let longSubject = String(repeating: "s", count: 1025)

    @Test(
        arguments: [
            ("[]", .notAnObject), ("true", .notAnObject), ("\"active\"", .notAnObject),
            ("{}", .missingActive(member: "active")),
            ("{\"Active\":true}", .missingActive(member: "active")),
            ("{\"scope\":\"read:trades\"}", .missingActive(member: "active")),
            ("{\"active\":\"true\"}", .wrongType(member: "active")), ("{\"active\":1}", .wrongType(member: "active")),
            ("{\"active\":null}", .wrongType(member: "active")), ("{\"active\":[true]}", .wrongType(member: "active")),
            ("{\"active\":true,\"active\":true}", .json(JSONError(.duplicateMember, at: 16))),
            ("{\"active\":true,\"active\":false}", .json(JSONError(.duplicateMember, at: 16))),
            ("{\"active\":true", .json(JSONError(.unexpectedEnd, at: 14))),
            ("", .json(JSONError(.unexpectedEnd, at: 0))),
            ("\u{FEFF}{\"active\":true}", .json(JSONError(.byteOrderMark, at: 0))),
            ("{\"active\":true}{}", .json(JSONError(.trailingBytes, at: 15))),
        ] as [(String, IntrospectionAnswerError)]
    )
    func refusesBodies(body: String, error: IntrospectionAnswerError) {
        #expect(throws: error) { try parse(body).get() }
    }

    @Test(
        arguments: [
            ("\"scope\":7", .wrongType(member: "scope")), ("\"scope\":true", .wrongType(member: "scope")),
            ("\"scope\":{\"read\":\"trades\"}", .wrongType(member: "scope")),
            ("\"scopes\":[1]", .wrongType(member: "scopes")),
            ("\"scopes\":[[\"read:trades\"]]", .wrongType(member: "scopes")),
            ("\"scopes\":[null]", .wrongType(member: "scopes")),
            ("\"scope\":\"read:tags\",\"scopes\":[]", .conflictingScopes),
            ("\"scope\":\" read:trades\"", .invalidScope(member: "scope")),
            ("\"scope\":\"read:trades \"", .invalidScope(member: "scope")),
            ("\"scope\":\"a  b\"", .invalidScope(member: "scope")),
            ("\"scope\":\"a\\tb\"", .invalidScope(member: "scope")),
            ("\"scope\":\"read:trades\\nwrite:trades\"", .invalidScope(member: "scope")),
            ("\"scope\":\"a\\\\b\"", .invalidScope(member: "scope")),
            ("\"scope\":\"\u{E9}\"", .invalidScope(member: "scope")),
            ("\"scopes\":[\"\"]", .invalidScope(member: "scopes")),
            ("\"scopes\":[\"read:trades write:trades\"]", .invalidScope(member: "scopes")),
            ("\"exp\":\"1900000000\"", .wrongType(member: "exp")), ("\"exp\":null", .wrongType(member: "exp")),
            ("\"exp\":true", .wrongType(member: "exp")), ("\"exp\":0", .invalidTime(member: "exp")),
            ("\"exp\":-1", .invalidTime(member: "exp")), ("\"exp\":1.5", .invalidTime(member: "exp")),
            ("\"exp\":1e300", .invalidTime(member: "exp")), ("\"exp\":1900000000000", .invalidTime(member: "exp")),
            ("\"exp\":253402300800", .invalidTime(member: "exp")),
            ("\"exp\":9223372036854775808", .invalidTime(member: "exp")),
            ("\"nbf\":-1", .invalidTime(member: "nbf")), ("\"nbf\":\"0\"", .wrongType(member: "nbf")),
            ("\"nbf\":null", .wrongType(member: "nbf")), ("\"nbf\":[0]", .wrongType(member: "nbf")),
            ("\"key_id\":7", .wrongType(member: "key_id")), ("\"key_id\":\"\"", .invalidIdentifier(member: "key_id")),
            ("\"client_id\":\"a b\"", .invalidIdentifier(member: "client_id")),
            ("\"jti\":\"a\\r\\nX-Evil: 1\"", .invalidIdentifier(member: "jti")),
            ("\"key_id\":\"\u{E9}\"", .invalidIdentifier(member: "key_id")),
            ("\"key_id\":\"\\u0000\"", .invalidIdentifier(member: "key_id")),
            ("\"key_id\":\"\(longKeyID)\"", .invalidIdentifier(member: "key_id")),
            ("\"sub\":42", .wrongType(member: "sub")), ("\"sub\":\"\"", .invalidIdentifier(member: "sub")),
            ("\"sub\":\"a\\nb\"", .invalidIdentifier(member: "sub")),
            ("\"sub\":\"\(longSubject)\"", .invalidIdentifier(member: "sub")),
        ] as [(String, IntrospectionAnswerError)]
    )
    func refusesMembers(members: String, error: IntrospectionAnswerError) {
        #expect(throws: error) { try grant(members) }
    }

    @Test func everyPrefixOfAnAnswerIsRefused() throws {
        let body = Array("{\"active\":true,\"scope\":\"read:trades\",\"exp\":1900000000}".utf8)
        for length in 0..<body.count {
            let result = IntrospectionResponse.parse(body: body.span.extracting(..<length), catalog: catalog)
            #expect(throws: IntrospectionAnswerError.self) { try result.get() }
        }
    }

    @Test func anInactiveAnswerGrantsNothingWhateverElseItSays() throws {
        let grant = try parse("{\"active\":false,\"scope\":7,\"exp\":\"never\",\"key_id\":\"\"}").get()
        #expect(!grant.isActive)
        #expect(grant.scopes.isEmpty)
        #expect(grant.validity(atWallSeconds: 0) == .inactive)
    }

    @Test func validityTurnsAtTheSecond() throws {
        let grant = try grant("\"nbf\":100,\"exp\":200")
        #expect(grant.validity(atWallSeconds: 99) == .notYetValid)
        #expect(grant.validity(atWallSeconds: 100) == .valid)
        #expect(grant.validity(atWallSeconds: 199) == .valid)
        #expect(grant.validity(atWallSeconds: 200) == .expired)
    }
}
