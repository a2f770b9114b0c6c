import HTTP1

/// Holds what a run of a case against the gateway brought about against what the case expects.
struct CaseCheck {
    let run: CaseRun
    private var raw: RawCase { run.raw }

    init(_ run: CaseRun) { self.run = run }

    /// What is not as expected; nothing when all is well.
    func failures() throws -> [String] {
        var failures: [String] = []
        let (seen, arrived) = try run.run { client, seen in
            failures += try ending(client, &seen)
        }
        failures += client(seen)
        failures += try backend(arrived)
        return failures.isEmpty ? [] : failures + [try report(seen, arrived)]
    }

    private func ending(_ client: RawClient, _ seen: inout CaseRun.Seen) throws -> [String] {
        guard seen.end == nil, seen.malformed == nil else { return [] }
        switch raw.end {
        case .open:
            do {
                return try CaseRun.probe(client, within: run.patience) ? [] : ["another response came, unasked"]
            } catch { return ["the connection can't be used again: \(error)"] }
        case .close:
            do {
                let (rest, end) = try client.readToEnd(within: run.patience)
                seen.end = end
                seen.rest = rest
                return (rest.isEmpty ? [] : ["more came than was expected"])
                    + (end == .closed ? [] : ["the connection was cut, not closed"])
            } catch { return ["the connection wasn't closed: \(error)"] }
        case .cut:
            do {
                let response = try client.readResponse(within: run.patience)
                seen.responses.append(response)
                return ["a response came whole that should have been cut"]
            } catch let failure as SocketFailure {
                seen.end = failure
                seen.rest = client.unread
                return failure == .timedOut ? ["the connection wasn't cut"] : []
            } catch { return ["what came is no response: \(error)"] }
        }
    }

    // MARK: What the client got

    private func client(_ seen: CaseRun.Seen) -> [String] {
        var failures: [String] = []
        if let malformed = seen.malformed { failures.append(malformed) }
        guard seen.responses.count == raw.client.count else {
            return failures + ["\(seen.responses.count) responses came whole, \(raw.client.count) were expected"]
        }
        for (index, (expected, got)) in zip(raw.client, seen.responses).enumerated() {
            let closes = raw.end == .close && index == raw.client.count - 1
            failures += response(expected, got, closes: closes).map { "response \(index + 1): \($0)" }
        }
        return failures
    }

    private func response(_ expected: RawCase.Response, _ got: RawResponse, closes: Bool) -> [String] {
        var failures: [String] = []
        func check(_ isRight: Bool, _ what: String) {
            if !isRight { failures.append(what) }
        }
        check(got.status == expected.status, "status \(got.status) instead of \(expected.status)")
        check(got.interim == expected.interim, "1xx before it: \(got.interim) instead of \(expected.interim)")
        if let code = expected.code {
            check(got.code == code, "error.code is \(got.code ?? "none") instead of \(code)")
            check(got.field("X-Request-Id") == got.error?.requestID, "X-Request-Id isn't the envelope's request_id")
            check(got.field("Cache-Control") == "no-store", "Cache-Control isn't no-store")
            check(got.field("Content-Type") == "application/json", "Content-Type isn't application/json")
        }
        for (name, value) in expected.has {
            check(got.field(name) == value, "\(name) is \(got.field(name) ?? "not there") instead of \(value)")
        }
        for name in expected.lacks {
            check(!got.fields.contains { $0.name.lowercased() == name.lowercased() }, "\(name) is there")
        }
        if let body = expected.body { check(got.body == body, "the body is another") }
        let saysClose = got.field("Connection")?.lowercased() == "close"
        check(saysClose == closes, "Connection: close is \(closes ? "not " : "")there")
        return failures
    }

    // MARK: What the backend got

    private func backend(_ arrived: [RecordingBackend.Message]) throws -> [String] {
        switch raw.backend {
        case .nothing: return arrived.isEmpty ? [] : ["something reached the backend"]
        case .bytes(let template):
            let expected = try template.expected(run.values)
            guard arrived.allSatisfy(\.isWhole) else { return ["the backend got an unfinished request"] }
            return expected.match(arrived.flatMap(\.bytes)) ? [] : ["the backend got other bytes"]
        case .incomplete(let template):
            let expected = try template.expected(run.values)
            guard arrived.count <= 1 else { return ["the backend got more than one request"] }
            guard !arrived.contains(where: \.isWhole) else { return ["the backend got a whole request"] }
            return expected.match(arrived.flatMap(\.bytes), asPrefix: true) ? [] : ["the backend got other bytes"]
        }
    }

    // MARK: The report

    private func report(_ seen: CaseRun.Seen, _ arrived: [RecordingBackend.Message]) throws -> String {
        let sent = try raw.send.steps(run.values).map { step in
            switch step {
            case .send(let bytes): Template.visible(bytes)
            case .awaitContinue: "|100|\n"
            }
        }
        var lines = ["Tests/EndToEndTests/Raw/Cases/\(raw.path).case\(run.bytewise ? ", sent byte by byte" : "")"]
        lines.append("sent:\n\(sent.joined())")
        for response in seen.responses {
            lines.append(
                "the client got \(response.interim):\n\(Template.visible(Array(response.head.utf8) + response.body))"
            )
        }
        if !seen.rest.isEmpty { lines.append("and then:\n\(Template.visible(seen.rest))") }
        lines.append("and then: \(seen.end.map { "\($0)" } ?? "the connection lived")")
        for message in arrived {
            lines.append(
                "the backend got\(message.isWhole ? "" : ", unfinished"), on connection \(message.connection):\n"
                    + Template.visible(message.bytes)
            )
        }
        switch raw.backend {
        case .nothing: lines.append("the backend should have got nothing")
        case .bytes(let template), .incomplete(let template):
            lines.append("the backend should have got:\n\(Template.visible(try template.expected(run.values).sample))")
        }
        return lines.joined(separator: "\n").replacing("\n", with: "\n    ")
    }
}
