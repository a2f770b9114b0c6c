import SimpleHTTP

extension SimpleResponse {
    /// A response with a JSON body.
    public static func json(
        _ status: Int,
        _ value: JSONValue,
        fields: [(name: String, value: String)] = []
    ) -> SimpleResponse {
        SimpleResponse(status: status, fields: [("Content-Type", "application/json")] + fields, body: value.serialized)
    }

    /// A response whose body is the error envelope `{"error":{"code":…,"message":…,"details":…}}`.
    public static func error(
        _ status: Int,
        code: String,
        message: String,
        details: JSONValue? = nil,
        fields: [(name: String, value: String)] = []
    ) -> SimpleResponse {
        var members: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
        members["details"] = details
        return .json(status, ["error": .object(members)], fields: fields)
    }
}
