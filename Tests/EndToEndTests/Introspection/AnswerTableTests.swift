import Glibc
import Testing

extension EndToEndTests {
    @Suite("The answers of an introspection endpoint")
    struct AnswerTableTests {
        /// The key says which row it is.
        private static let endpoint: ScriptedBackend.Script = { connection in
            let head = try connection.readHead()
            let length = head.fieldValue("Content-Length").flatMap { Int($0) } ?? 0
            let form = String(decoding: try connection.read(length), as: UTF8.self)
            let key = form.split(separator: "&").first { $0.hasPrefix("token=row") }?.dropFirst(9) ?? ""
            guard let index = Int(key), AnswerTable.rows.indices.contains(index) else { return }
            for piece in AnswerTable.rows[index].pieces {
                try connection.send(piece)
                // Pieces are to arrive apart; nothing depends on whether they do.
                usleep(500)
            }
        }

        @Test func areReadStrictly() async throws {
            #expect(AnswerTable.rows.count >= 60)
            try await withBackend(Self.endpoint) { endpoint in
                try await withScriptedUpstream { settings in
                    settings.introspection = "\(endpoint.url)/introspect"
                    settings.introspectionOptions = ["timeout: 5s", "breaker: {failures: 0}"]
                } _: { connection in
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                } _: { gateway, _ in
                    for (index, row) in AnswerTable.rows.enumerated() {
                        let response = try gateway.exchange("GET", "/closed/a", key: "row\(index)")
                        let outcome = "\(response.status) \(response.code ?? "-")"
                        #expect(outcome == row.outcome.rawValue, "\(row.name)")
                    }
                    // None was asked for again under another name.
                    #expect(!endpoint.heads.contains { $0.target != "/introspect" })
                }
            }
        }
    }
}
