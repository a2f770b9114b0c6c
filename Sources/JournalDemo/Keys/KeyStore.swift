/// A key that the key service has issued.
public struct IssuedKey: Sendable {
    /// Names the key in answers and logs; no secret.
    public var id: String
    /// The key itself, to be sent with requests.
    public var key: String
    /// What its owner calls it.
    public var name: String
    /// The scopes that it was granted.
    public var scopes: [String]
    /// Whom it belongs to.
    public var subject: String
    /// When it ends, in seconds since 1970-01-01T00:00:00Z; nil for never.
    public var expiresAt: Int64?
}

/// The keys of a key service, in memory and in the clear: this is a demo.
struct KeyStore {
    private struct Entry {
        var issued: IssuedKey
        var isRevoked = false
        var introspectionCount = 0
    }

    private var entries: [String: Entry] = [:]
    private var keys: [String: String] = [:]
    private(set) var introspectionCount = 0

    mutating func issue(name: String, scopes: [String], subject: String, expiresAt: Int64?) -> IssuedKey {
        let id = "key_\(keys.count + 1)"
        let issued = IssuedKey(
            id: id,
            key: Self.randomKey(),
            name: name,
            scopes: scopes,
            subject: subject,
            expiresAt: expiresAt
        )
        entries[issued.key] = Entry(issued: issued)
        keys[id] = issued.key
        return issued
    }

    /// - Returns: Whether there is such a key, revoked before or not.
    mutating func revoke(id: String) -> Bool {
        guard let key = keys[id] else { return false }
        entries[key]?.isRevoked = true
        return true
    }

    /// The key if it is good at that time. Counts the question.
    mutating func introspect(_ key: String, at now: Int64) -> IssuedKey? {
        introspectionCount += 1
        guard var entry = entries[key] else { return nil }
        entry.introspectionCount += 1
        entries[key] = entry
        let isExpired = entry.issued.expiresAt.map { $0 <= now } ?? false
        return entry.isRevoked || isExpired ? nil : entry.issued
    }

    func introspectionCount(id: String) -> Int {
        keys[id].flatMap { entries[$0]?.introspectionCount } ?? 0
    }

    /// 43 letters and digits: 256 bits of the system's generator, in characters that every shell leaves alone.
    private static func randomKey() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return "sgk_" + String((0..<43).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }
}
