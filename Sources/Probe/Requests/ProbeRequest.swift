/// A request of the probe, as it is written on the wire.
public struct ProbeRequest: Equatable, Sendable {
    /// How the body is framed.
    public enum Framing: Equatable, Sendable {
        /// By Content-Length.
        case length
        /// In chunked coding, as one chunk.
        case chunked
    }

    /// The method.
    public var method: String
    /// The request target, byte for byte.
    public var target: String
    /// The fields beside those that every request has.
    public var fields: [ProbeField]
    /// The content; empty for a request without a body.
    public var body: [UInt8]
    /// How ``body`` is framed, if there is one.
    public var framing: Framing
    /// Whether the backend is asked to end the connection with its answer.
    public var closes: Bool
    /// Whether the operator's own fields, which let the probe in, are left out.
    public var isAnonymous: Bool

    /// A GET request, which changes nothing.
    public init(
        _ target: String,
        fields: [ProbeField] = [],
        body: [UInt8] = [],
        framing: Framing = .length,
        closes: Bool = false,
        isAnonymous: Bool = false
    ) {
        self.init(
            "GET",
            target,
            fields: fields,
            body: body,
            framing: framing,
            closes: closes,
            isAnonymous: isAnonymous
        )
    }

    /// A request.
    public init(
        _ method: String,
        _ target: String,
        fields: [ProbeField] = [],
        body: [UInt8] = [],
        framing: Framing = .length,
        closes: Bool = false,
        isAnonymous: Bool = false
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.framing = framing
        self.closes = closes
        self.isAnonymous = isAnonymous
    }

    /// The head, with its empty line.
    public func head(for access: BackendAccess) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(access.host)\r\n"
        // A request that says it itself, says it instead.
        let said = Set(fields.map { $0.name.lowercased() })
        for field in BackendAccess.standardFields where !said.contains(field.name.lowercased()) { text += field.line }
        if !isAnonymous {
            for field in access.fields where !said.contains(field.name.lowercased()) { text += field.line }
        }
        for field in fields { text += field.line }
        if !body.isEmpty {
            switch framing {
            case .length: text += "Content-Length: \(body.count)\r\n"
            case .chunked: text += "Transfer-Encoding: chunked\r\n"
            }
        }
        if closes { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// The body as it stands behind the head.
    public var framedBody: [UInt8] {
        guard !body.isEmpty, framing == .chunked else { return body }
        return Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
    }

    /// Head and body.
    public func bytes(for access: BackendAccess) -> [UInt8] { head(for: access) + framedBody }
}

/// A header field of a request.
public struct ProbeField: Equatable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    var line: String { "\(name): \(value)\r\n" }
}

/// How the backend is spoken to, whatever it is asked.
public struct BackendAccess: Sendable {
    /// The value of Host.
    public var host: String
    /// The operator's own fields, such as credentials; never shown.
    public var fields: [ProbeField]

    static let standardFields = [ProbeField("User-Agent", "scopegate-probe"), ProbeField("Accept", "*/*")]

    /// A way to speak to a backend.
    public init(host: String, fields: [ProbeField] = []) {
        self.host = host
        self.fields = fields
    }
}
