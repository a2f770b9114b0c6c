import Testing

extension EndToEndTests {
    @Suite("A backend that answers unasked", .serialized, RawEnvironmentTrait())
    struct ForgedResponseTests {
        /// A second response that has come while the connection lies idle answers nobody: a connection that has turned
        /// readable is not used again (RFC 9112 §9.2, §11.1). Whether the gateway notices in time is a race, so it is
        /// run often.
        @Test func aForgedResponseAnswersNobody() throws {
            let environment = try #require(RawEnvironment.current)
            let gateway = try environment.gateway(GatewayVariant())
            let pieces = [
                Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".utf8),
                Array("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged".utf8),
            ]
            let attacker = try gateway.client()
            let victim = try gateway.client()
            var wrong = 0
            for _ in 0..<100 {
                environment.backend.begin(replies: [RecordingBackend.Reply(pieces: pieces)])
                // Once it has happened, every later answer on that connection is the one before.
                if try attacker.exchange("GET", "/open/x").text != "hello" { wrong += 1 }
                environment.backend.waitUntilAnswered()
                if try victim.exchange("GET", "/open/y").text != "GET /open/y 0" { wrong += 1 }
            }
            #expect(wrong == 0, "so many of 200 requests got what they didn't ask for")
        }
    }
}
