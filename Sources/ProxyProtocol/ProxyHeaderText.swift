/// Version 1 (§2.1): a line such as `PROXY TCP4 192.0.2.1 192.0.2.2 4711 443`.
enum ProxyHeaderText {
    static let signature = Array("PROXY ".utf8)
    /// With its CRLF.
    static let longest = 107

    static func read(_ bytes: Span<UInt8>) -> ProxyHeader.Reading {
        for index in 0..<min(signature.count, bytes.count) where bytes[index] != signature[index] {
            return .failed(.missing)
        }
        guard let end = lineEnd(bytes) else {
            return bytes.count < longest ? .needMore : .failed(.tooLong)
        }
        guard end + 1 < bytes.count else { return end + 2 <= longest ? .needMore : .failed(.tooLong) }
        // A lone CR is no line end, and can't stand in a line.
        guard bytes[end + 1] == UInt8(ascii: "\n") else { return .failed(.malformed) }
        let line = (signature.count..<max(end, signature.count)).map { bytes[$0] }
        guard let origin = origin(line) else { return .failed(.malformed) }
        return .complete(ProxyHeader(origin: origin, byteCount: end + 2))
    }

    /// Where the CR is.
    private static func lineEnd(_ bytes: Span<UInt8>) -> Int? {
        for index in 0..<min(bytes.count, longest - 1) where bytes[index] == UInt8(ascii: "\r") { return index }
        return nil
    }

    private static func origin(_ line: [UInt8]) -> ProxyHeader.Origin? {
        guard line.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
        // What follows UNKNOWN has to be ignored.
        if fields[0] == Array("UNKNOWN".utf8) { return .proxy }
        guard fields.count == 5 else { return nil }
        let address: ([UInt8]) -> [UInt8]?
        switch fields[0] {
        case Array("TCP4".utf8): address = AddressText.ipv4
        case Array("TCP6".utf8): address = AddressText.ipv6
        default: return nil
        }
        guard let source = address(fields[1]), let destination = address(fields[2]),
            let sourcePort = AddressText.decimal(fields[3], upTo: 65_535),
            let destinationPort = AddressText.decimal(fields[4], upTo: 65_535)
        else { return nil }
        return .client(
            source: .init(address: source, port: UInt16(sourcePort)),
            destination: .init(address: destination, port: UInt16(destinationPort))
        )
    }
}
