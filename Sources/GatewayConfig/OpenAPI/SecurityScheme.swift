/// A security scheme of an OpenAPI document, as far as it matters to a gateway that checks one API key.
struct SecurityScheme {
    /// What can be done about it.
    enum Kind: Equatable {
        /// It is the key.
        case key
        /// It is something that the gateway doesn't look at.
        case unchecked(String)
        /// It can't be read.
        case broken(String)
    }

    let kind: Kind
    /// The scopes that its flows declare, with their descriptions.
    let scopes: [(String, String)]

    init(_ value: DocumentValue, _ documents: DocumentSet) {
        let scheme: DocumentValue?
        do {
            scheme = try documents.layers(of: value).last
        } catch {
            (kind, scopes) = (.broken("\(error)"), [])
            return
        }
        guard let scheme, let type = scheme["type"]?.text else {
            (kind, scopes) = (.broken("it has no type"), [])
            return
        }
        let flows = scheme["flows"]?.members ?? []
        scopes = flows.flatMap { $0.value["scopes"]?.members ?? [] }.map { ($0.name, $0.value.text ?? "") }
        switch type {
        case "oauth2", "openIdConnect": kind = .key
        case "http":
            let name = scheme["scheme"]?.text ?? ""
            kind = name.lowercased() == "bearer" ? .key : .unchecked("HTTP authentication by \(name)")
        case "apiKey":
            let place = scheme["in"]?.text ?? ""
            kind = place == "header" ? .key : .unchecked("a key in the \(place)")
        case "mutualTLS": kind = .unchecked("a client certificate")
        default: kind = .unchecked("the type \(type)")
        }
    }
}
