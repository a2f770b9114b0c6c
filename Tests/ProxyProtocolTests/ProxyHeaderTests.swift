import ProxyProtocol
import Testing

@Suite("The PROXY protocol")
struct ProxyHeaderTests {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private static func read(_ bytes: [UInt8]) -> ProxyHeader.Reading { ProxyHeader.read(bytes.span) }

    private static func client(
        _ source: [UInt8],
        _ destination: [UInt8],
        _ ports: (UInt16, UInt16)
    )
        -> ProxyHeader.Origin
    {
        .client(
            source: .init(address: source, port: ports.0),
            destination: .init(address: destination, port: ports.1)
        )
    }

    static let v6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [0x01]

    static let lines: [(String, ProxyHeader.Origin)] = [
        ("PROXY TCP4 192.0.2.1 198.51.100.2 4711 443", client([192, 0, 2, 1], [198, 51, 100, 2], (4711, 443))),
        (
            "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535",
            client([255, 255, 255, 255], [255, 255, 255, 255], (65535, 65535))
        ),
        ("PROXY TCP4 0.0.0.0 0.0.0.0 0 0", client([0, 0, 0, 0], [0, 0, 0, 0], (0, 0))),
        ("PROXY TCP6 2001:db8::1 ::1 1 2", client(v6, [UInt8](repeating: 0, count: 15) + [1], (1, 2))),
        ("PROXY TCP6 2001:DB8:0:0:0:0:0:1 :: 1 2", client(v6, [UInt8](repeating: 0, count: 16), (1, 2))),
        (
            "PROXY TCP6 ::ffff:192.0.2.1 1:2:3:4:5:6:7:8 1 2",
            client(
                [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 1],
                (1...8).flatMap { [0, UInt8($0)] },
                (1, 2)
            )
        ),
        (
            "PROXY TCP6 1:2:3:4:5:6:7:: ::1 1 2",
            client((1...7).flatMap { [0, UInt8($0)] } + [0, 0], [UInt8](repeating: 0, count: 15) + [1], (1, 2))
        ),
        ("PROXY UNKNOWN", .proxy), ("PROXY UNKNOWN " + String(repeating: "x", count: 91), .proxy),
        ("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535", .proxy),
    ]

    @Test(arguments: lines)
    func linesAreRead(line: String, origin: ProxyHeader.Origin) {
        let header = Array("\(line)\r\n".utf8)
        #expect(Self.read(header) == .complete(ProxyHeader(origin: origin, byteCount: header.count)))
        // What follows is the client's, whatever it is.
        #expect(Self.read(header + [0x16, 0x03]) == .complete(ProxyHeader(origin: origin, byteCount: header.count)))
        for count in 0..<header.count { #expect(Self.read(Array(header[..<count])) == .needMore, "\(count)") }
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\n", ProxyHeaderError.missing), ("PROXX", .missing), ("proxy TCP4", .missing),
            ("PROXY\tTCP4", .missing), ("\u{16}\u{03}\u{01}", .missing), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .missing),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 4711\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 4711 443 \r\n", .malformed),
            ("PROXY TCP4  192.0.2.1 198.51.100.2 4711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.01 198.51.100.2 4711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.256 198.51.100.2 4711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2 198.51.100.2 4711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1. 198.51.100.2 4711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 04711 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 +1 443\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n", .malformed),
            ("PROXY TCP4 ::1 ::1 1 2\r\n", .malformed), ("PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n", .malformed),
            ("PROXY TCP6 ::1::2 ::1 1 2\r\n", .malformed), ("PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n", .malformed),
            ("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n", .malformed), ("PROXY TCP6 12345:: ::1 1 2\r\n", .malformed),
            ("PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1 2\r\n", .malformed), ("PROXY TCP6 : ::1 1 2\r\n", .malformed),
            ("PROXY TCP6 1: ::1 1 2\r\n", .malformed), ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", .malformed),
            ("PROXY TCP6 ::g ::1 1 2\r\n", .malformed), ("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", .malformed),
            ("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", .malformed), ("PROXY \r\n", .malformed),
            ("PROXY UNKNOWNED\r\n", .malformed), ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", nil),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rGET", .malformed), ("PROXY UNKNOWN \u{01}\r\n", .malformed),
            ("PROXY UNKNOWN " + String(repeating: "x", count: 94), .tooLong),
            ("PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n", .tooLong),
        ] as [(String, ProxyHeaderError?)]
    )
    func wrongLinesAreRefused(text: String, error: ProxyHeaderError?) {
        let expected = error.map { ProxyHeader.Reading.failed($0) } ?? .needMore
        #expect(Self.read(Array(text.utf8)) == expected, "\(text.debugDescription)")
    }

    // MARK: Version 2

    private static func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? rest.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + rest
    }

    private static let ipv4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x67, 0x01, 0xBB]
    private static let fromIPv4 = client([192, 0, 2, 1], [198, 51, 100, 2], (4711, 443))

    /// The checksum was worked out by a program that gives 0xE3069283 for `123456789`, as it has to be.
    private static let checked = binary(0x21, 0x11, ipv4 + [0x03, 0x00, 0x04, 0x1E, 0xAF, 0x4B, 0xAA])

    @Test func binaryHeadersAreRead() {
        let cases: [([UInt8], ProxyHeader.Origin, Bool)] = [
            (Self.binary(0x21, 0x11, Self.ipv4), Self.fromIPv4, false),
            (
                Self.binary(0x21, 0x21, Self.v6 + Self.v6 + [0, 1, 0, 2]),
                Self.client(Self.v6, Self.v6, (1, 2)), false
            ),
            (Self.binary(0x21, 0x31, [UInt8](repeating: 0, count: 216)), .unixSocket, false),
            (Self.binary(0x21, 0x00, []), .proxy, false),
            (Self.binary(0x20, 0x00, []), .proxy, false),
            (Self.binary(0x20, 0x11, Self.ipv4), .proxy, false),
            (Self.binary(0x20, 0xFF, [1, 2, 3]), .proxy, false),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x04, 0, 2, 0, 0]), Self.fromIPv4, false),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0xEA, 0, 0]), Self.fromIPv4, false),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x20, 0, 5, 1, 0, 0, 0, 0]), Self.fromIPv4, true),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x20, 0, 5, 0, 0, 0, 0, 0]), Self.fromIPv4, false),
        ]
        for (bytes, origin, isSecure) in cases {
            let header = ProxyHeader(origin: origin, isSecure: isSecure, byteCount: bytes.count)
            #expect(Self.read(bytes) == .complete(header), "\(bytes)")
            #expect(Self.read(bytes + [0x47]) == .complete(header), "\(bytes)")
            for count in 0..<bytes.count { #expect(Self.read(Array(bytes[..<count])) == .needMore) }
        }
    }

    @Test func wrongBinaryHeadersAreRefused() {
        var otherSignature = Self.binary(0x21, 0x11, Self.ipv4)
        otherSignature[11] = 0x0D
        let cases: [([UInt8], ProxyHeaderError)] = [
            (otherSignature, .missing),
            (Self.binary(0x11, 0x11, Self.ipv4), .malformed), (Self.binary(0x22, 0x11, Self.ipv4), .malformed),
            (Self.binary(0x21, 0x12, Self.ipv4), .unsupported), (Self.binary(0x21, 0x22, Self.ipv4), .unsupported),
            (Self.binary(0x21, 0x41, Self.ipv4), .unsupported),
            (Self.binary(0x21, 0x11, Array(Self.ipv4.dropLast())), .malformed),
            (Self.binary(0x21, 0x21, Self.ipv4), .malformed),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x04]), .malformed),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x04, 0, 3, 0, 0]), .malformed),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x03, 0, 3, 0, 0, 0]), .malformed),
            (Self.binary(0x21, 0x11, Self.ipv4 + [0x20, 0, 4, 1, 0, 0, 0]), .malformed),
            (Self.binary(0x21, 0x11, [], length: 4097), .tooLong),
        ]
        for (bytes, error) in cases { #expect(Self.read(bytes) == .failed(error), "\(bytes)") }
    }

    @Test func checksumsAreChecked() {
        let header = ProxyHeader(origin: Self.fromIPv4, byteCount: Self.checked.count)
        #expect(Self.read(Self.checked) == .complete(header))
        for index in 16..<Self.checked.count where !(28..<31).contains(index) {
            var bytes = Self.checked
            bytes[index] ^= 0x10
            #expect(Self.read(bytes) == .failed(.checksum), "\(index)")
        }
    }
}
