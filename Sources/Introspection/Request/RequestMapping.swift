import StrictJSON

/// How an endpoint is asked about a key: as RFC 7662 §2.1 has it, or as another API does.
public struct RequestMapping: Hashable, Sendable {
    /// The method of the request.
    public enum Method: String, CaseIterable, Sendable {
        /// Without a body.
        case get = "GET"
        /// With a body, which is empty when the key is in a header.
        case post = "POST"
    }

    /// Where the key goes.
    public enum KeyPlace: Hashable, Sendable {
        /// A field of a form (`application/x-www-form-urlencoded`) in the body.
        case form(field: String)
        /// A member of a JSON object in the body.
        case json(member: String)
        /// A header field, whose whole value is the key.
        case header(name: String)
        /// `Authorization: Bearer <key>`: the endpoint tells the key who it is.
        case bearer

        /// Whether the key is in the body.
        public var isBody: Bool {
            switch self {
            case .form, .json: true
            case .header, .bearer: false
            }
        }
    }

    /// The method; a key in the body needs ``Method/post``.
    public var method: Method
    /// Where the key goes.
    public var keyPlace: KeyPlace

    /// A way to ask.
    public init(method: Method, keyPlace: KeyPlace) {
        self.method = method
        self.keyPlace = keyPlace
    }

    /// `POST` with a form of `token` and `token_type_hint=access_token`.
    public static let rfc7662 = RequestMapping(method: .post, keyPlace: .form(field: "token"))

    /// The header lines and the body that ask about a key.
    ///
    /// - Parameter key: A key in the syntax of RFC 6750 §2.1, which is fit for a header.
    public func render(key: [UInt8]) -> (headers: [String], body: [UInt8]?) {
        var headers = ["Accept: application/json"]
        var body: [UInt8]? = method == .post ? [] : nil
        switch keyPlace {
        case .form(let field):
            headers.append("Content-Type: application/x-www-form-urlencoded")
            body = PercentEncoding.encoded(Array(field.utf8)) + [UInt8(ascii: "=")] + PercentEncoding.encoded(key)
            // The hint belongs to RFC 7662; another API's form has only what it asks for.
            if field == "token" { body? += Array("&token_type_hint=access_token".utf8) }
        case .json(let member):
            headers.append("Content-Type: application/json")
            body = Array("{".utf8) + JSONQuoting.quoted(member.utf8) + Array(":".utf8)
            body? += JSONQuoting.quoted(key) + Array("}".utf8)
        case .header(let name):
            headers.append("\(name): \(String(decoding: key, as: UTF8.self))")
        case .bearer:
            headers.append("Authorization: Bearer \(String(decoding: key, as: UTF8.self))")
        }
        return (headers, body)
    }
}
