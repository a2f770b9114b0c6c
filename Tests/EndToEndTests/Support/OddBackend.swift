/// A backend of one resource that reads requests in ways of its own, for ``withBackend(_:_:)``.
struct OddBackend: Sendable {
    /// The paths that are there.
    var paths: Set<String> = ["/api/items", "/api/items/export"]
    /// Reads the path of a head.
    var path: @Sendable (_ target: String, _ head: String) -> String = { target, _ in target }
    /// Reads the method of a head.
    var method: @Sendable (_ method: String, _ head: String) -> String = { method, _ in method }
    /// What it says to a head, in place of the usual.
    var answer: @Sendable (_ head: String) -> (status: Int, body: String)? = { _ in nil }
    /// The methods whose bodies are left unread.
    var leavesUnread: Set<String> = []
    /// Whether the answer comes before the body is read.
    var isHasty = false
    /// How long an idle connection is kept, in seconds.
    var patience: Double = 60

    /// What happens on a connection.
    var script: ScriptedBackend.Script {
        { connection in
            while true {
                try connection.awaitBytes(within: patience)
                let head = try connection.readHead()
                let words = head.split(separator: " ")
                guard words.count > 2 else { return try connection.send(Self.response(400, "what?", closes: true)) }
                let isRead = !leavesUnread.contains(String(words[0]))
                let length = isRead ? Int(head.fieldValue("Content-Length") ?? "") ?? 0 : 0
                let isChunked = isRead && head.fieldValue("Transfer-Encoding") == "chunked"
                func readBody() throws {
                    if isChunked { try Self.readChunks(connection) } else { _ = try connection.read(length) }
                }
                if !isHasty { try readBody() }
                let closes = head.fieldValue("Connection") == "close"
                try connection.send(response(to: head, closes: closes))
                if closes { return }
                if isHasty { try readBody() }
            }
        }
    }

    private static func readChunks(_ connection: BackendConnection) throws {
        while true {
            var size: [UInt8] = []
            while !size.suffix(2).elementsEqual("\r\n".utf8) { size += try connection.read(1) }
            let count = Int(String(decoding: size.dropLast(2), as: UTF8.self), radix: 16) ?? 0
            _ = try connection.read(count + 2)
            if count == 0 { return }
        }
    }

    private func response(to head: String, closes: Bool) -> String {
        let method = method(String(head.prefix { $0 != " " }), head)
        let target = path(String(head.target.prefix { $0 != "?" }), head)
        if let said = answer(head) { return Self.response(said.status, said.body, closes: closes) }
        guard paths.contains(target) else { return Self.response(404, "none", closes: closes) }
        switch method {
        case "GET": return Self.response(200, "items of \(target)", closes: closes)
        case "POST": return Self.response(201, "made", closes: closes)
        case "OPTIONS": return Self.response(200, "GET, POST", closes: closes)
        default: return Self.response(405, "no", closes: closes)
        }
    }

    private static func response(_ status: Int, _ body: String, closes: Bool) -> String {
        "HTTP/1.1 \(status) x\r\nContent-Length: \(body.utf8.count)\r\n\(closes ? "Connection: close\r\n" : "")\r\n\(body)"
    }
}
