import HTTP1

/// One run of a case against something that listens on a port in front of the recording backend.
struct CaseRun {
    /// What the client saw.
    struct Seen {
        var responses: [RawResponse] = []
        /// How the connection ended; nil while it lives.
        var end: SocketFailure?
        /// Why what came behind the responses is none.
        var malformed: String?
        /// What came and belongs to no response.
        var rest: [UInt8] = []
    }

    let raw: RawCase
    let environment: RawEnvironment
    let port: Int
    /// Every byte of the request is sent by itself.
    let bytewise: Bool
    /// How long to wait for what should come.
    var patience = 5.0

    var values: Placeholders { environment.placeholders(port: port) }

    /// Sends what the case says and reads the responses that it expects; then `check` may go on with the connection.
    func run(
        _ check: (RawClient, inout Seen) throws -> Void
    ) throws -> (seen: Seen, arrived: [RecordingBackend.Message]) {
        environment.backend.begin(replies: try raw.replies.map { try reply($0) })
        var seen = Seen()
        do {
            let client = try RawClient(port: port)
            defer { client.socket.close() }
            send(client, try raw.send.steps(values), &seen)
            if raw.halfCloses { client.socket.shutdownSending() }
            for expected in raw.client { read(client, expected, &seen) }
            environment.backend.waitUntilAnswered()
            try check(client, &seen)
        }
        try settle()
        return (seen, environment.backend.messages)
    }

    private func reply(_ reply: RawCase.Reply) throws -> RecordingBackend.Reply {
        let pieces = try reply.template.steps(values).map { step -> [UInt8] in
            guard case .send(let bytes) = step else {
                throw Template.Malformed(description: "a reply can't wait for 100 Continue")
            }
            return bytes
        }
        return RecordingBackend.Reply(pieces: pieces, isEarly: reply.isEarly, ending: reply.ending)
    }

    /// What can't be sent, since the other side has ended the connection, isn't.
    private func send(_ client: RawClient, _ steps: [Template.Step], _ seen: inout Seen) {
        for (index, step) in steps.enumerated() {
            switch step {
            case .send(let bytes) where bytewise:
                for byte in bytes {
                    do { try client.send([byte]) } catch { return }
                }
            case .send(let bytes):
                do { try client.send(bytes) } catch { return }
                // So that the next piece comes apart from this one.
                if index < steps.count - 1 { try? client.socket.waitUntilSent() }
            case .awaitContinue:
                let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
                guard let bytes = try? client.take(interim.count, within: patience), bytes == interim else {
                    seen.malformed = "there was no 100 Continue to go on after"
                    return
                }
            }
        }
    }

    private func read(_ client: RawClient, _ expected: RawCase.Response, _ seen: inout Seen) {
        guard seen.end == nil, seen.malformed == nil else { return }
        do {
            seen.responses.append(try client.readResponse(to: expected.isToHead ? .head : .get, within: patience))
        } catch let failure as SocketFailure {
            seen.end = failure
        } catch {
            seen.malformed = "\(error)"
        }
        if seen.end != nil || seen.malformed != nil { seen.rest = client.unread }
    }

    /// Waits until everything that the case has caused is at the backend.
    private func settle() throws {
        try waitUntil("the connections that the backend ended are over") { environment.backend.isSettled }
        guard try Self.probe(RawClient(port: port), within: 10) else {
            throw Template.Malformed(description: "the gateway serves no request any more")
        }
    }

    /// Whether a good request is served on the connection.
    static func probe(_ client: RawClient, within seconds: Double) throws -> Bool {
        try client.send("GET \(RecordingBackend.probe) HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
        let response = try client.readResponse(within: seconds)
        return response.status == 200 && response.text == "GET \(RecordingBackend.probe) 0"
    }
}
