import Introspection
import ScopeModel
import Testing

@Suite struct IntrospectionAnswerTests {
    let catalog: ScopeCatalog

    init() throws {
        catalog = try TestCatalog.make()
    }

    private func interpret(
        status: Int = 200,
        contentType: String = "application/json",
        body: [UInt8] = Array("{\"active\":true}".utf8)
    ) -> Result<Grant, IntrospectionFailure> {
        IntrospectionAnswer.interpret(
            .answer(status: status, contentType: Array(contentType.utf8), body: body),
            catalog: catalog
        )
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json;charset=utf-8", "application/json ; charset=UTF-8",
        " application/json\t",
    ])
    func acceptsJSON(contentType: String) throws {
        #expect(try interpret(contentType: contentType).get().isActive)
    }

    @Test(arguments: [
        "", "text/html", "text/json", "application/jsonp", "application/json5", "application/problem+json", "json",
        "application/json, text/html", "text/plain; application/json", "application / json", ";application/json",
        "application/token-introspection+jwt",
    ])
    func refusesOtherTypes(contentType: String) {
        #expect(throws: IntrospectionFailure.unexpectedContentType) { try interpret(contentType: contentType).get() }
    }

    @Test(arguments: [0, 100, 201, 204, 206, 301, 302, 307, 400, 401, 403, 404, 429, 500, 503])
    func refusesOtherStatuses(status: Int) {
        #expect(throws: IntrospectionFailure.unexpectedStatus(status)) { try interpret(status: status).get() }
    }

    @Test func limitsTheLength() throws {
        let padding = IntrospectionAnswer.maximumBodyLength - 15
        let longest = Array("{\"active\":true}".utf8) + [UInt8](repeating: 0x20, count: padding)
        #expect(try interpret(body: longest).get().isActive)
        #expect(throws: IntrospectionFailure.answerTooLarge) { try interpret(body: longest + [0x20]).get() }
    }

    @Test func passesFailuresOn() {
        #expect(throws: IntrospectionFailure.callFailed(.timedOut)) {
            try IntrospectionAnswer.interpret(.failed(.timedOut), catalog: catalog).get()
        }
        #expect(throws: IntrospectionFailure.invalidAnswer(.missingActive(member: "active"))) {
            try interpret(body: Array("{}".utf8)).get()
        }
    }
}
