import Gateway
import JournalDemo

/// What the demo prints: keys, and requests to try with the status that each gets.
struct DemoGuide: Sendable {
    let demo: RunningDemo
    let auditPath: String
    let format: OutputFormat

    /// A request to try.
    private struct Example: Encodable {
        var about: String
        var command: String
        var status: Int
        /// `error.code` of a refusal.
        var code: String?
    }

    private struct Report: Encodable {
        var gateway: String
        var admin: String
        var backend: String
        var keyService: String
        var audit: String
        var keys: [String: String]
        var requests: [Example]

        enum CodingKeys: String, CodingKey {
            case gateway, admin, backend, audit, keys, requests
            case keyService = "key_service"
        }
    }

    func show(_ addresses: GatewayServer.Addresses) throws {
        let gateway = "http://127.0.0.1:\(addresses.listeners.first?.port ?? 0)"
        let report = Report(
            gateway: gateway,
            admin: addresses.admin.map { "http://\($0)" } ?? "",
            backend: "http://127.0.0.1:\(demo.backendPort)",
            keyService: "http://127.0.0.1:\(demo.keyServicePort)",
            audit: auditPath,
            keys: demo.keys,
            requests: examples(gateway)
        )
        switch format {
        case .json: try printJSON(report)
        case .text: print(text(report))
        }
        flushStandardOutput()
    }

    private func examples(_ gateway: String) -> [Example] {
        let reader = demo.keys["read-everything"] ?? ""
        let writer = demo.keys["read-write-everything"] ?? ""
        let none = demo.keys["custom"] ?? ""
        func curl(_ path: String, key: String?, _ options: String = "") -> String {
            let authorization = key.map { " -H 'Authorization: Bearer \($0)'" } ?? ""
            return "curl -sS\(options)\(authorization) \(gateway)\(path)"
        }
        return [
            Example(
                about: "The key for reading lists trades.",
                command: curl("/api/v1/trades", key: reader),
                status: 200
            ),
            Example(
                about: "It may not set the tags of a trade: that is write:tags.",
                command: curl("/api/v1/trades/trd_1/tags", key: reader, " -X PUT --json '{\"tag_ids\":[\"tag_1\"]}'"),
                status: 403,
                code: "forbidden_scope"
            ),
            Example(
                about: "The key for everything may.",
                command: curl("/api/v1/trades/trd_1/tags", key: writer, " -X PUT --json '{\"tag_ids\":[\"tag_1\"]}'"),
                status: 200
            ),
            Example(
                about: "A key without any scope reads the platform's catalog.",
                command: curl("/api/v1/catalog/brokers", key: none),
                status: 200
            ),
            Example(
                about: "It reads nothing else.",
                command: curl("/api/v1/trades", key: none),
                status: 403,
                code: "forbidden_scope"
            ),
            Example(
                about: "Without a key only what is public is served.",
                command: curl("/api/v1/scopes", key: nil),
                status: 200
            ),
            Example(
                about: "Everything else asks for one.",
                command: curl("/api/v1/trades", key: nil),
                status: 401,
                code: "missing_key"
            ),
            Example(
                about: "What is not in the route map is refused.",
                command: curl("/api/v1/unknown", key: writer),
                status: 403,
                code: "unmapped_route"
            ),
        ]
    }

    private func text(_ report: Report) -> String {
        var addresses = TextTable()
        addresses.add("gateway", report.gateway)
        addresses.add("admin", "\(report.admin)/readyz")
        addresses.add("backend", report.backend)
        addresses.add("key service", report.keyService)
        addresses.add("audit", report.audit)
        var keys = TextTable()
        for (preset, key) in report.keys.sorted(by: { $0.key < $1.key }) { keys.add(preset, key) }
        let requests = report.requests.map { example in
            let expected = [String(example.status), example.code ?? ""].joined(separator: " ")
            return "# \(example.about) Expect: \(expected)\n\(example.command)\n"
        }
        return """
            \(addresses.text)

            Keys
            \(keys.text)

            Requests to try

            \(requests.joined(separator: "\n"))
            Ctrl-C ends the demo.
            """
    }
}
