/// Finds what is for the name that a client asks for (RFC 6066 §3).
struct ServerNames<Value: Sendable>: Sendable {
    private var exact: [String: Value] = [:]
    /// What is for any one label and the text behind it (RFC 9525 §6.3).
    private var wildcards: [String: Value] = [:]

    /// Adds a name in lower case, such as `a.example` or `*.example`, unless it is there already.
    mutating func add(_ name: String, _ value: Value) {
        if name.hasPrefix("*.") {
            wildcards[String(name.dropFirst())] = wildcards[String(name.dropFirst())] ?? value
        } else {
            exact[name] = exact[name] ?? value
        }
    }

    /// What is for a name; an exact one before a wildcard.
    func value(for name: String) -> Value? {
        let name = name.lowercased()
        if let value = exact[name] { return value }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcards[String(name[dot...])]
    }
}
