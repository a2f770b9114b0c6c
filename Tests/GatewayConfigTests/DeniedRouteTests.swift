import GatewayConfig
import RouteMap
import Testing

@Suite("Denied routes in files")
struct DeniedRouteFileTests {
    private static func load(_ routes: String) throws(ConfigErrors) -> LoadedConfiguration {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\n"
        files["routes.yaml"] = "version: 1\nroutes:\n" + routes
        return try Fixture.load(files)
    }

    @Test(arguments: [
        ("  /a: {GET: denied}\n", "GET"), ("  /a: {GET: {scope: denied}}\n", "GET"), ("  /a: denied\n", "*"),
        ("  /a: {'*': denied}\n", "*"),
    ])
    func areRead(text: String, method: String) throws {
        let routes = try Self.load(text).routeMap.routes
        #expect(routes.map(\.method) == [method] && routes.allSatisfy(\.requirement.isDenied))
        #expect(routes.first?.position != nil)
    }

    @Test(arguments: [
        ("  /a: {GET: {scope: denied, body: 1KiB}}\n", "3:29: error: GET /a.body has no effect: the route is denied"),
        (
            "  /{a}: {GET: {scope: denied, allow: [encoded_slash]}}\n",
            "3:31: error: GET /{a}.allow has no effect: the route is denied"
        ),
        (
            "  /a: {GET: deneid}\n",
            "3:13: error: \"deneid\" is not of the form verb:resource\n  help: did you mean denied?"
        ),
        ("  /a: public\n", "3:7: error: /a has to be a mapping of methods"),
        ("  /a: {GET: {any: [denied]}}\n", "3:20: error: \"denied\" is not of the form verb:resource"),
    ])
    func areReportedWithTheirPlace(text: String, expected: String) {
        #expect {
            try Self.load(text)
        } throws: { error in
            guard let errors = error as? ConfigErrors else { return false }
            return errors.diagnostics.contains { "\($0)".contains("routes.yaml:\(expected)") }
        }
    }
}
