/// Takes keys out of texts that clients send: whoever puts the key into the path, the query or the user agent as well
/// must not find it in the audit.
package struct SecretScrubber {
    /// Nothing shorter is taken for a key, so that a made-up "key" such as `trades` can't blank out what was asked for.
    static let shortestSecret = 12

    private static let replacement = Array("[key]".utf8)

    private let secrets: [[UInt8]]

    package init(_ secrets: [[UInt8]]) {
        // The longest first: one key may be a part of another.
        self.secrets = secrets.filter { $0.count >= Self.shortestSecret }.sorted { $0.count > $1.count }
    }

    /// The text, with `[key]` for every key in it.
    package func scrub(_ text: [UInt8]) -> [UInt8] {
        secrets.reduce(text) { text, secret in Self.replace(secret, in: text) }
    }

    private static func replace(_ secret: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard var found = firstIndex(of: secret.span, in: text.span, from: 0) else { return text }
        var result: [UInt8] = []
        var index = 0
        while true {
            result += text[index..<found]
            result += replacement
            index = found + secret.count
            guard let next = firstIndex(of: secret.span, in: text.span, from: index) else { break }
            found = next
        }
        return result + text[index...]
    }

    /// Where a secret, of at least one byte, first stands in a text.
    static func firstIndex(of secret: Span<UInt8>, in text: Span<UInt8>, from start: Int) -> Int? {
        guard text.count - start >= secret.count else { return nil }
        let first = secret[0]
        var index = start
        while index <= text.count - secret.count {
            if text[index] == first {
                var length = 1
                while length < secret.count, text[index + length] == secret[length] { length += 1 }
                if length == secret.count { return index }
            }
            index += 1
        }
        return nil
    }
}
