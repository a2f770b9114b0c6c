/// A whole response; the server adds Content-Length, Date and Connection.
public struct SimpleResponse: Sendable {
    /// The status code, 200...599.
    public var status: Int
    /// The header fields in their order.
    public var fields: [(name: String, value: String)]
    /// The body; not sent for HEAD, 204 and 304.
    public var body: [UInt8]
    /// Writes a body that isn't known beforehand, in the place of ``body``: it is given the stream when the head has
    /// been sent. The connection ends with such a response.
    public var stream: (@Sendable (SimpleStream) -> Void)?

    /// A response of these parts.
    public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A refusal by the server itself, in the form of the error envelope. Neither text is escaped: both are constants.
    static func refusal(_ status: Int, code: String, message: String) -> SimpleResponse {
        SimpleResponse(
            status: status,
            fields: [("Content-Type", "application/json")],
            body: Array("{\"error\":{\"code\":\"\(code)\",\"message\":\"\(message)\"}}".utf8)
        )
    }
}
