import HTTP1

/// Judges a run of a case by what any proxy owes, whatever its own rules, names and limits are.
///
/// A request that has two readings, or none, is refused, and nothing of it reaches the backend. A good one arrives with
/// its method, its target and its content. A response that has two readings, or is not complete, is not passed on as a
/// good one.
struct PlainCheck {
    private struct Request: Equatable {
        /// Method and target.
        var line: [UInt8]
        var body: [UInt8]
    }

    let run: CaseRun

    /// The answers that tell of the bytes alone; all others tell of keys, scopes, routes and limits.
    private static let codes: Set = [
        "invalid_request", "invalid_request_framing", "invalid_request_header", "invalid_request_host",
        "invalid_request_target", "http_version_not_supported", "upstream_invalid_response", "upstream_unreachable",
    ]

    /// Whether a case can be judged so.
    static func applies(to raw: RawCase) -> Bool {
        guard raw.notCompared == nil, raw.config.isUsual, !["headers", "keys"].contains(raw.category) else {
            return false
        }
        return raw.client.allSatisfy { response in
            response.code.map { codes.contains($0) } ?? ![401, 403].contains(response.status)
        }
    }

    /// Why it isn't as it should be; nil when it is.
    func failure() throws -> String? {
        var behind: String?
        let (seen, arrived) = try run.run { client, seen in behind = ending(client, seen) }
        return try backend(arrived) ?? client(seen) ?? behind
    }

    private func backend(_ arrived: [RecordingBackend.Message]) throws -> String? {
        switch run.raw.backend {
        case .nothing:
            return arrived.isEmpty ? nil : "forwarded"
        case .incomplete:
            return arrived.contains(where: \.isWhole) ? "forwarded" : nil
        case .bytes(let template):
            guard arrived.allSatisfy(\.isWhole) else { return "the backend got what is no request" }
            let got = arrived.map { Request(line: Self.line($0.bytes), body: $0.body) }
            let expected = try Self.requests(template.expected(run.values).sample)
            if got == expected { return nil }
            return got.count > expected.count ? "forwarded" : "did not arrive as it was sent"
        }
    }

    private func client(_ seen: CaseRun.Seen) -> String? {
        for (index, expected) in run.raw.client.enumerated() {
            let got = index < seen.responses.count ? seen.responses[index] : nil
            if expected.code != nil {
                if let got, got.status < 400 { return "answered \(got.status)" }
                // Refused by closing the connection, or by an answer without a head, is refused.
                if got == nil, seen.malformed != nil, !run.raw.replies.isEmpty {
                    return "passed on what is no response"
                }
                if got == nil { return nil }
                continue
            }
            guard let got else { return "no good response" }
            if got.status != expected.status { return "answered \(got.status)" }
            if let body = expected.body, got.body != body { return "another body" }
        }
        return nil
    }

    /// What comes behind the responses that were expected.
    private func ending(_ client: RawClient, _ seen: CaseRun.Seen) -> String? {
        guard seen.end == nil, seen.malformed == nil else { return nil }
        do {
            switch run.raw.end {
            case .close: return nil
            case .open: return try CaseRun.probe(client, within: run.patience) ? nil : "answered by a forged response"
            case .cut:
                let response = try client.readResponse(within: run.patience)
                return response.status < 400 ? "passed on as complete" : nil
            }
        } catch is SocketFailure {
            return nil
        } catch {
            return "passed on what is no response"
        }
    }

    private static func line(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.split(separator: UInt8(ascii: " "), maxSplits: 2).prefix(2).joined(separator: [UInt8(ascii: " ")]))
    }

    private static func requests(_ sample: [UInt8]) throws -> [Request] {
        var rest = sample
        var requests: [Request] = []
        while !rest.isEmpty {
            var parser = RequestHeadParser(
                limits: HeadLimits(requestLine: 1 << 20, fieldCount: 2000, fieldBytes: 1 << 20)
            )
            guard parser.parse(rest.span) == .complete else {
                throw Template.Malformed(description: "what the backend should get is no request")
            }
            var reader = BodyReader(framing: parser.head.framing)
            var offset = parser.head.byteCount
            var body: [UInt8] = []
            while case .data(let range) = reader.next(rest.span, offset: &offset) { body += rest[range.range] }
            requests.append(Request(line: line(rest), body: body))
            rest.removeFirst(offset)
        }
        return requests
    }
}
