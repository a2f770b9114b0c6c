/// Version 2 (§2.2): a signature, four bytes, addresses, and values by type.
enum ProxyHeaderBinary {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let fixedLength = 16
    /// Addresses and values together. The protocol has room for 65,535 bytes; nobody sends so many.
    static let longest = 4096

    private static let checksumType: UInt8 = 0x03
    private static let tlsType: UInt8 = 0x20
    /// PP2_CLIENT_SSL.
    private static let clientSpeaksTLS: UInt8 = 0x01

    static func read(_ bytes: Span<UInt8>) -> ProxyHeader.Reading {
        for index in 0..<min(signature.count, bytes.count) where bytes[index] != signature[index] {
            return .failed(.missing)
        }
        guard bytes.count >= fixedLength else { return .needMore }
        let (command, family) = (bytes[12], bytes[13])
        guard command == 0x20 || command == 0x21 else { return .failed(.malformed) }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard length <= longest else { return .failed(.tooLong) }
        let end = fixedLength + length
        guard bytes.count >= end else { return .needMore }
        let isLocal = command == 0x20
        guard let addressLength = Self.addressLength(family) else {
            // Whatever stands there, a LOCAL connection's own addresses count.
            return isLocal ? finish(bytes, end, .proxy, valuesAt: nil) : .failed(.unsupported)
        }
        guard length >= addressLength || isLocal else { return .failed(.malformed) }
        let values = length >= addressLength ? fixedLength + addressLength : nil
        let origin: ProxyHeader.Origin = isLocal ? .proxy : self.origin(bytes, family)
        return finish(bytes, end, origin, valuesAt: isLocal ? nil : values)
    }

    /// How many bytes the addresses of a family take; nil for those of datagrams, and those that nobody knows.
    private static func addressLength(_ family: UInt8) -> Int? {
        switch family {
        case 0x00: 0
        case 0x11: 12
        case 0x21: 36
        case 0x31: 216
        default: nil
        }
    }

    private static func origin(_ bytes: Span<UInt8>, _ family: UInt8) -> ProxyHeader.Origin {
        func endpoint(_ address: Int, _ count: Int, _ port: Int) -> ProxyHeader.Endpoint {
            .init(
                address: (address..<address + count).map { bytes[$0] },
                port: UInt16(bytes[port]) << 8 | UInt16(bytes[port + 1])
            )
        }
        return switch family {
        case 0x11: .client(source: endpoint(16, 4, 24), destination: endpoint(20, 4, 26))
        case 0x21: .client(source: endpoint(16, 16, 48), destination: endpoint(32, 16, 50))
        case 0x31: .unixSocket
        default: .proxy
        }
    }

    private static func finish(
        _ bytes: Span<UInt8>,
        _ end: Int,
        _ origin: ProxyHeader.Origin,
        valuesAt start: Int?
    ) -> ProxyHeader.Reading {
        var header = ProxyHeader(origin: origin, byteCount: end)
        var offset = start ?? end
        while offset < end {
            guard offset + 3 <= end else { return .failed(.malformed) }
            let type = bytes[offset]
            let length = Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2])
            let value = offset + 3
            guard value + length <= end else { return .failed(.malformed) }
            if type == checksumType {
                guard length == 4 else { return .failed(.malformed) }
                guard hasChecksum(bytes, end, at: value) else { return .failed(.checksum) }
            }
            if type == tlsType {
                // The flags of the client, and what verifying its certificate came to.
                guard length >= 5 else { return .failed(.malformed) }
                header.isSecure = bytes[value] & clientSpeaksTLS != 0
            }
            offset = value + length
        }
        return .complete(header)
    }

    /// Whether the CRC-32C (RFC 4960, appendix B) over the header, its own four bytes taken for zero, is what it says.
    private static func hasChecksum(_ bytes: Span<UInt8>, _ end: Int, at place: Int) -> Bool {
        var crc: UInt32 = 0xFFFF_FFFF
        var said: UInt32 = 0
        for index in 0..<end {
            let isOwn = (place..<place + 4).contains(index)
            if isOwn { said = said << 8 | UInt32(bytes[index]) }
            crc ^= UInt32(isOwn ? 0 : bytes[index])
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc == said
    }
}
