import Testing

extension GatewayProcess {
    /// One request to the admin listener.
    func admin(
        _ method: String,
        _ target: String,
        fields: [String] = [],
        body: String = ""
    ) throws -> RawResponse {
        let client = try RawClient(port: adminPort)
        let lines = [
            "\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(adminPort)", "Content-Length: \(body.utf8.count)",
        ]
        try client.send((lines + fields).joined(separator: "\r\n") + "\r\n\r\n" + body)
        return try client.readResponse()
    }

    /// The value of a metric; its name has its labels, if there are any.
    func metric(_ name: String) throws -> Int {
        try #require(try metricIfPresent(name), "there is no metric \(name)")
    }

    /// The value of a metric, or nil when it has no such series.
    func metricIfPresent(_ name: String) throws -> Int? {
        let text = try admin("GET", "/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("scopegate_\(name) ") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }
}
