import HTTP1
import RouteMap

extension GatewayReader {
    func headers(_ section: Section<ConfigurationKeys.Headers>) -> HeadersConfiguration {
        var result = HeadersConfiguration()
        section.read(.drop, into: &result.drop, patterns)
        section.read(.keep, into: &result.keep, patterns)
        return result
    }

    private func patterns(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> [HeaderPattern]? {
        values.list(node, name, allowsEmpty: true)?.enumerated().compactMap { index, item in
            values.value(item, "\(name)[\(index)]") { (text) throws(ValueProblem) in
                let pattern = try HeaderPattern(parsing: text)
                try Self.check(pattern)
                return pattern
            }
        }
    }

    /// Refuses names whose rule isn't the operator's to change.
    private static func check(_ pattern: HeaderPattern) throws(ValueProblem) {
        guard let name = pattern.name else { return }
        switch FieldName.recognise(Array(name.utf8).span) {
        case .host, .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection, .te, .trailer,
            .upgrade,
            .http2Settings, .proxyAuthenticate, .proxyAuthorization, .proxy, .expect, .xScopegate, .xRequestID:
            throw ValueProblem(
                "what becomes of \(pattern) can't be changed: requests are framed, routed or told apart by it",
                help: "leave it out"
            )
        case .authorization, .xAPIKey:
            throw ValueProblem(
                "\(pattern) may carry a key, of which keys.forward says whether it goes upstream",
                help: "write keys: {forward: false}"
            )
        case .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xForwardedPort, .clientCert,
            .clientCertChain:
            throw ValueProblem(
                "the gateway says \(pattern) itself, and believes what proxies in front of it say",
                help: "name them in trusted_proxies"
            )
        default: return
        }
    }

    func hosts(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> [HostPattern]? {
        values.list(node, name)?.enumerated().compactMap { index, item in
            values.value(item, "\(name)[\(index)]") { (text) throws(ValueProblem) in try HostPattern(parsing: text) }
        }
    }
}
