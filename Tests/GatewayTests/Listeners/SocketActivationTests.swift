import Testing

@testable import Gateway

@Suite("Socket activation")
struct SocketActivationTests {
    private static func activation(_ variables: [String: String]) throws -> SocketActivation {
        try SocketActivation(environment: { variables[$0] }, process: 7)
    }

    @Test func namesSockets() throws {
        let found = try Self.activation(["LISTEN_PID": "7", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "web::web"])
        #expect(found.entries.map(\.name) == ["web", "unknown", "web"])
        #expect(found.descriptors(named: "web") == [3, 5])
        #expect(found.descriptors(named: "unknown") == [4])
        #expect(found.descriptors(named: "other") == [])
        #expect(try Self.activation(["LISTEN_PID": "7", "LISTEN_FDS": "1"]).descriptors(named: "unknown") == [3])
    }

    @Test(arguments: [
        [:], ["LISTEN_PID": "7"], ["LISTEN_PID": "8", "LISTEN_FDS": "1"], ["LISTEN_FDS": "1"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "0", "LISTEN_FDNAMES": ""],
    ])
    func whatIsForOthersIsLeft(variables: [String: String]) throws {
        #expect(try Self.activation(variables).entries == [])
    }

    @Test(arguments: [
        ["LISTEN_FDS": "x"], ["LISTEN_FDS": "-1"], ["LISTEN_FDS": "1025"], ["LISTEN_FDS": "2", "LISTEN_FDNAMES": "a"],
        ["LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"],
    ])
    func contradictionsAreRefused(variables: [String: String]) {
        #expect(throws: GatewayStartError.self) {
            try Self.activation(variables.merging(["LISTEN_PID": "7"]) { $1 })
        }
    }
}
