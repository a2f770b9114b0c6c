import GatewayConfig
import RouteMap
import Testing

@Suite("Body limits of routes")
struct RouteBodyLimitTests {
    private static func load(_ routes: String) throws(ConfigErrors) -> LoadedConfiguration {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\n"
        files["routes.yaml"] = "version: 1\nroutes:\n" + routes
        return try Fixture.load(files)
    }

    @Test(arguments: [
        ("write:screenshots", BodyLimit.inherited),
        ("{scope: write:screenshots}", .inherited),
        ("{scope: write:screenshots, body: 10MiB}", .bytes(10 << 20)),
        ("{scope: public, body: 0}", .bytes(0)),
        ("{all: [read:trades, write:trades], body: 4096}", .bytes(4096)),
        ("{body: unlimited, any: [read:trades]}", .unlimited),
    ])
    func areRead(requirement: String, expected: BodyLimit) throws {
        let map = try Self.load("  /a: {POST: \(requirement)}\n").routeMap
        #expect(map.bodyLimit(ofRoute: 0) == expected)
    }

    @Test func leaveTheRequirementAsItIs() throws {
        let plain = try Self.load("  /a: {POST: write:tags}\n").routeMap
        let bounded = try Self.load("  /a: {POST: {scope: write:tags, body: 1KiB}}\n").routeMap
        #expect(bounded.requirement(ofRoute: 0) == plain.requirement(ofRoute: 0))
    }

    @Test(arguments: [
        ("{scope: write:tags, body: ten}", "3:40: error: POST /a.body: \"ten\" is not a size"),
        ("{scope: write:tags, all: [write:tags]}", "3:14: error: POST /a has to have exactly one of"),
        ("{scope: write:tagz}", "3:22: error: there is no scope write:tagz"),
    ])
    func areReportedWithTheirPlace(requirement: String, expected: String) {
        #expect {
            try Self.load("  /a: {POST: \(requirement)}\n")
        } throws: { error in
            guard let errors = error as? ConfigErrors else { return false }
            return errors.diagnostics.contains { "\($0)".contains("routes.yaml:\(expected)") }
        }
    }
}
