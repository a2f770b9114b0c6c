import HTTP1

/// Names of header fields that can hold a key.
enum KeyHeaderName {
    private static let maximumLength = 64

    /// The name, when a key can be in such a field.
    static func check(_ name: String) throws(ValueProblem) -> String {
        // A token (RFC 9110 §5.6.2), and of those what names are made of in practice; fields whose names have an
        // underscore never reach the backend.
        let isToken = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isToken, !name.isEmpty, name.utf8.count <= maximumLength else {
            throw ValueProblem(
                "\"\(name.prefix(maximumLength))\" can't be the name of a header for keys",
                help: "letters, digits and hyphens, at most \(maximumLength)"
            )
        }
        let known = FieldName.recognise(Array(name.utf8).span)
        if known == .authorization {
            throw ValueProblem("Authorization is what the source bearer reads", help: "write bearer")
        }
        // A key in a field that the gateway has rules for, or that holds something else, would be dropped, rewritten,
        // logged or misread on its way.
        guard known == .other || known == .xAPIKey, name.lowercased() != "cookie" else {
            throw ValueProblem(
                "\(name) has a meaning of its own, so a key can't be in it",
                help: "X-API-Key, or a field that holds nothing else, such as X-Journal-Key"
            )
        }
        return name
    }
}
