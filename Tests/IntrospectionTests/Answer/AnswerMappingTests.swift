import Introspection
import ScopeModel
import StrictJSON
import Testing

@Suite struct AnswerMappingTests {
    let catalog: ScopeCatalog

    init() throws {
        catalog = try TestCatalog.make()
    }

    private func mapping(_ active: AnswerMapping.Activity? = nil) throws -> AnswerMapping {
        AnswerMapping(
            active: try active ?? .member(JSONPointer(parsing: "/data/valid")),
            scopes: try JSONPointer(parsing: "/data/scopes"),
            expiresAt: try JSONPointer(parsing: "/data/expires_at"),
            notBefore: try JSONPointer(parsing: "/data/from"),
            keyID: try JSONPointer(parsing: "/data/id"),
            subject: try JSONPointer(parsing: "/data/user/id"),
            inactiveStatuses: active == .status ? [401, 404] : []
        )
    }

    private func read(
        _ body: String,
        status: Int = 200,
        _ active: AnswerMapping.Activity? = nil
    ) throws -> Result<Grant, IntrospectionFailure> {
        let type = Array("application/json".utf8)
        return IntrospectionAnswer.interpret(
            .answer(status: status, contentType: type, body: Array(body.utf8)),
            mapping: try mapping(active),
            catalog: catalog
        )
    }

    @Test func readsAnotherAPI() throws {
        let grant = try read(
            #"""
            {"data":{"valid":true,"scopes":["read:trades","other"],"expires_at":"2026-11-24T08:20:46.9+01:00",
             "from":"2026-11-24T08:20:46.1Z","id":42,"user":{"id":"u1"}}}
            """#
        ).get()
        #expect(grant.isActive)
        #expect(catalog.names(of: grant.scopes) == ["read:trades"])
        #expect(grant.unknownScopeCount == 1)
        // An end is rounded down, a beginning up.
        #expect(grant.expiresAt == 1_795_504_846)
        #expect(grant.notBefore == 1_795_508_447)
        #expect(grant.keyID == "42")
        #expect(grant.subject == "u1")
    }

    @Test func nothingIsNeededButTheAnswerItself() throws {
        let grant = try read(#"{"data":{"valid":true,"expires_at":null,"id":null,"user":null}}"#).get()
        #expect(grant.isActive && grant.scopes.isEmpty && grant.expiresAt == nil && grant.keyID == nil)
        #expect(try read(#"{"data":{"valid":false,"scopes":7}}"#).get().isActive == false)
    }

    @Test(
        arguments: [
            (#"{"valid":true}"#, .missingActive(member: "/data/valid")),
            (#"{"data":{}}"#, .missingActive(member: "/data/valid")),
            (#"{"data":true}"#, .wrongType(member: "/data/valid")),
            (#"{"data":{"valid":null}}"#, .wrongType(member: "/data/valid")),
            (#"{"data":{"valid":"true"}}"#, .wrongType(member: "/data/valid")),
            (#"{"data":{"valid":1}}"#, .wrongType(member: "/data/valid")),
            (#"{"data":{"valid":true,"scopes":{"a":1}}}"#, .wrongType(member: "/data/scopes")),
            (#"{"data":{"valid":true,"expires_at":true}}"#, .wrongType(member: "/data/expires_at")),
            (#"{"data":{"valid":true,"expires_at":"tomorrow"}}"#, .invalidTime(member: "/data/expires_at")),
            (#"{"data":{"valid":true,"expires_at":"1900000000"}}"#, .invalidTime(member: "/data/expires_at")),
            (#"{"data":{"valid":true,"expires_at":1900000000000}}"#, .invalidTime(member: "/data/expires_at")),
            (#"{"data":{"valid":true,"id":1.5}}"#, .invalidIdentifier(member: "/data/id")),
            (#"{"data":{"valid":true,"user":7}}"#, .wrongType(member: "/data/user/id")),
            ("[]", .notAnObject),
        ] as [(String, IntrospectionAnswerError)]
    )
    func refusesWhatItCanNotRead(body: String, error: IntrospectionAnswerError) throws {
        #expect(throws: IntrospectionFailure.invalidAnswer(error)) { try read(body).get() }
    }

    @Test func aStatusCanSayWhetherAKeyIsActive() throws {
        #expect(try read(#"{"data":{"scopes":"read:trades"}}"#, .status).get().isActive)
        #expect(try read("", status: 401, .status).get().isActive == false)
        #expect(try read("", status: 404, .status).get().isActive == false)
        for status in [201, 204, 302, 400, 403, 429, 500] {
            #expect(throws: IntrospectionFailure.unexpectedStatus(status)) {
                try read("{}", status: status, .status).get()
            }
        }
        // Without being told so, a 401 is a failure: it may mean the gateway's own credentials.
        #expect(throws: IntrospectionFailure.unexpectedStatus(401)) { try read("", status: 401).get() }
    }
}
