/// Makes bad messages out of good ones: each has a few bytes changed, dropped, repeated, or spliced in from elsewhere.
struct Mutator {
    private var random: SplitMix64
    private let tokens: [[UInt8]]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        tokens =
            [
                "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ": ", ",", ";", "\0", "\u{7F}", "/", "//", "..", "/./",
                "%2e",
                "%2F", "%00", "?", "#", "\\", "@", "[", "]", "{", "|", "^", "`", "\"", "*", "http://a.example",
                "HTTP/1.0",
                "HTTP/1.1", "HTTP/2.0", "Host: b\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n",
                "Content-Length:",
                "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "chunked", "gzip, chunked",
                "identity",
                "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: x\r\n", "Upgrade: h2c\r\n", "Trailer: a\r\n",
                "Expect: 100-continue\r\n", "X: y\r\n", "X : y\r\n", " folded\r\n", "3\r\nabc\r\n", "0\r\n\r\n",
                "0\r\n",
                ";a=b", ";a=\"b\"", ";a=\"\\\"\"", "00", "FFFFFFFF", "7fffffffffffffff", "GET / HTTP/1.1\r\n", "PUT",
                "204",
                "304", "101", "é",
            ].map { Array($0.utf8) } + [[0x80], [0xFF], [0x0B], [0x0C]]
    }

    /// One of `seeds` with one or two changes.
    mutating func mutation(of seeds: [[UInt8]]) -> [UInt8] {
        var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
        for _ in 0..<Int.random(in: 1...2, using: &random) { change(&bytes) }
        return bytes
    }

    /// Where to cut an input of `count` bytes: up to three places in order, and its end.
    mutating func cuts(_ count: Int) -> [Int] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
            + [count]
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let position = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, position + Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: position)
        case 3: bytes.removeSubrange(position..<end)
        case 4: bytes.insert(contentsOf: bytes[position..<end], at: position)
        case 5: bytes.insert(contentsOf: tokens[Int.random(in: 0..<tokens.count, using: &random)], at: position)
        default: insertLine(&bytes)
        }
    }

    /// Puts a token at the beginning of a line, where whole field lines make sense.
    private mutating func insertLine(_ bytes: inout [UInt8]) {
        let starts = bytes.indices.filter { $0 > 0 && bytes[$0 - 1] == 0x0A }
        guard !starts.isEmpty else { return }
        let start = starts[Int.random(in: 0..<starts.count, using: &random)]
        bytes.insert(contentsOf: tokens[Int.random(in: 0..<tokens.count, using: &random)], at: start)
    }
}
