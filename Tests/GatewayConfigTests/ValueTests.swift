import GatewayConfig
import Testing

@Suite("Configuration values")
struct ValueTests {
    @Test(arguments: [
        ("0s", 0, "0s"), ("250ms", 250_000_000, "250ms"), ("10s", 10_000_000_000, "10s"),
        ("90s", 90_000_000_000, "90s"),
        ("5m", 300_000_000_000, "5m"), ("60m", 3_600_000_000_000, "1h"), ("1h", 3_600_000_000_000, "1h"),
        ("1500ms", 1_500_000_000, "1500ms"), ("2562047h", 9_223_369_200_000_000_000, "2562047h"),
    ])
    func durations(text: String, nanoseconds: Int64, written: String) throws {
        let duration = try Duration(configurationText: text)
        #expect(duration.nanoseconds == nanoseconds)
        #expect(duration.configurationText == written)
    }

    @Test(arguments: [
        "", "s", "10", "10 s", "-1s", "+1s", "1.5s", "1s ", " 1s", "1S", "1us", "1sec", "1d", "0x1s", "١s", "2562048h",
        "99999999999999999999s",
    ])
    func notDurations(text: String) {
        #expect(throws: ValueProblem.self) { try Duration(configurationText: text) }
    }

    @Test func nanosecondsStayInRange() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.nanoseconds(-5).nanoseconds == -5)
    }

    @Test(arguments: [
        ("0", 0, "0"), ("1000", 1000, "1000"), ("1024", 1024, "1KiB"), ("64KiB", 65_536, "64KiB"),
        ("1MiB", 1_048_576, "1MiB"), ("1024MiB", 1_073_741_824, "1GiB"), ("2GiB", 2_147_483_648, "2GiB"),
    ])
    func sizes(text: String, bytes: Int, written: String) throws {
        #expect(try ByteSize.parse(text) == bytes)
        #expect(ByteSize.text(bytes) == written)
    }

    @Test(arguments: ["", "KiB", "1KB", "1kib", "1 KiB", "-1", "1.5MiB", "1TiB", "9223372036854775807KiB", "1e3"])
    func notSizes(text: String) {
        #expect(throws: ValueProblem.self) { try ByteSize.parse(text) }
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("0.0.0.0:0", "0.0.0.0", 0), ("[::1]:65535", "::1", 65_535),
        ("localhost:80", "localhost", 80), ("a-b.example:1", "a-b.example", 1),
    ])
    func addresses(text: String, host: String, port: Int) throws {
        let address = try SocketAddressText(parsing: text)
        #expect(address == SocketAddressText(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":80", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1", "localhost:1x",
        "::1:80",
        "::1", "[::1]", "[::1]80", "[::1", "[127.0.0.1]:80", "127.0.0.256:80", "127.1:80", "a b:80", "a/b:80", "é:80",
        "localhost:80:81", "a\0b:80",
    ])
    func notAddresses(text: String) {
        #expect(throws: ValueProblem.self) { try SocketAddressText(parsing: text) }
    }

    @Test(arguments: [
        ("http://a", HTTPEndpoint(scheme: .http, host: "a", port: 80), "a", "http://a/"),
        ("https://a", HTTPEndpoint(scheme: .https, host: "a", port: 443), "a", "https://a/"),
        ("HTTP://a:80/", HTTPEndpoint(scheme: .http, host: "a", port: 80), "a", "http://a/"),
        ("https://a:80", HTTPEndpoint(scheme: .https, host: "a", port: 80), "a:80", "https://a:80/"),
        (
            "http://[::1]:9/x?y=/z", HTTPEndpoint(scheme: .http, host: "::1", port: 9, target: "/x?y=/z"), "[::1]:9",
            "http://[::1]:9/x?y=/z"
        ),
        ("http://a?b", HTTPEndpoint(scheme: .http, host: "a", port: 80, target: "/?b"), "a", "http://a/?b"),
    ])
    func endpoints(text: String, endpoint: HTTPEndpoint, authority: String, written: String) throws {
        #expect(try HTTPEndpoint(parsing: text) == endpoint)
        #expect(endpoint.authority == authority)
        #expect(endpoint.description == written)
    }

    @Test(arguments: [
        "", "a", "a:80", "//a", "ftp://a", "http:/a", "http://", "http:///x", "http://a:0", "http://a:65536",
        "http://a:",
        "http://u@a", "http://u:p@a/", "http://a#f", "http://a/#f", "http://a/ b", "http://a/é", "http://a/\\",
        "http://a b/", "http://::1/", "unix:/x", " http://a",
    ])
    func notEndpoints(text: String) {
        #expect(throws: ValueProblem.self) { try HTTPEndpoint(parsing: text) }
    }

    @Test(arguments: [
        ("http://localhost:1", true), ("http://127.0.0.9", true), ("http://[::1]", true), ("http://10.0.0.1", false),
        ("http://127.example", false),
    ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try HTTPEndpoint(parsing: text).isLoopback == isLoopback)
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", [10, 255, 1, 2], true),
            ("10.0.0.0/8", [11, 0, 0, 0], false),
            ("10.1.2.3", [10, 1, 2, 3], true),
            ("10.1.2.3", [10, 1, 2, 2], false),
            ("10.0.0.128/25", [10, 0, 0, 129], true),
            ("10.0.0.128/25", [10, 0, 0, 127], false),
            ("0.0.0.0/0", [1, 2, 3, 4], true),
            ("0.0.0.0/0", [UInt8](repeating: 1, count: 16), false),
            ("10.0.0.0/8", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3], true),
            ("10.0.0.0/8", [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 10, 1, 2, 3], false),
            ("fd00::/8", [0xfd, 1] + [UInt8](repeating: 9, count: 14), true),
            ("fd00::/8", [0xfc, 1] + [UInt8](repeating: 9, count: 14), false),
            ("::1", [UInt8](repeating: 0, count: 15) + [1], true),
            ("::1", [UInt8](repeating: 0, count: 15) + [2], false),
            ("::/0", [UInt8](repeating: 7, count: 16), true),
            ("10.0.0.0/8", [10], false),
            ("10.0.0.0/8", [], false),
        ] as [(String, [UInt8], Bool)]
    )
    func blocks(text: String, address: [UInt8], isInside: Bool) throws {
        #expect(try CIDRBlock(parsing: text).contains(address.span) == isInside)
    }

    @Test(arguments: [
        ("10.0.0.1/8", "write 10.0.0.0/8, or 10.0.0.1 for that one address" as String?),
        ("fd00::1/64", "write fd00::/64, or fd00::1 for that one address"),
        ("10.0.0.0/33", nil), ("::/129", nil), ("10.0.0.0/", nil), ("10.0.0.0/-1", nil), ("10.0.0.0/+8", nil),
        ("10.0.0/8", "write it like 10.0.0.0/8 or fd00::/8"), ("", "write it like 10.0.0.0/8 or fd00::/8"),
        ("localhost", "write it like 10.0.0.0/8 or fd00::/8"), ("1.2.3.4\0", "write it like 10.0.0.0/8 or fd00::/8"),
    ])
    func notBlocks(text: String, help: String?) {
        let problem = #expect(throws: ValueProblem.self) { try CIDRBlock(parsing: text) }
        #expect(problem?.help == help)
    }

    @Test func blocksAreWrittenInFull() throws {
        #expect(try CIDRBlock(parsing: "10.1.2.3").description == "10.1.2.3/32")
        #expect(try CIDRBlock(parsing: "FD00:0::/8").description == "fd00::/8")
    }

    @Test func secretsDoNotShow() {
        let secret = Secret(bytes: Array("hunter2hunter2".utf8), origin: .environment("NAME"))
        var dumped = ""
        dump(secret, to: &dumped)
        var nested = ""
        dump(IntrospectionConfiguration.Client.basic(id: "id", secret: secret), to: &nested)
        for text in ["\(secret)", String(reflecting: secret), dumped, nested] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"), "the bytes show as numbers")
            #expect(text.contains("{env: NAME}"))
        }
    }
}

@Suite("HostPattern and HeaderPattern")
struct PatternTests {
    @Test(
        arguments: [
            ("api.example.com", ["api.example.com", "API.Example.COM", "api.example.com:443", "api.example.com:1"]),
            ("*.example.com", ["a.example.com", "a.b.EXAMPLE.com:80"]), ("127.0.0.1", ["127.0.0.1", "127.0.0.1:8080"]),
            ("[::1]", ["[::1]", "[::1]:8080"]), ("localhost", ["localhost:1"]),
        ] as [(String, [String])]
    )
    func hosts(_ pattern: String, _ admitted: [String]) throws {
        let patterns = [try HostPattern(parsing: pattern)]
        for host in admitted {
            let bytes = Array(host.utf8)
            let isAdmitted = patterns.admit(host: bytes.span)
            #expect(isAdmitted, "\(host)")
        }
        for host in [
            "", "example.com", "xexample.com", "api.example.com.", "api.example.com.evil.org", "evil.org:443",
            "127.0.0.10",
            "[::11]", "::1", ".example.com", "localhost.localdomain",
        ] {
            let bytes = Array(host.utf8)
            let isAdmitted = patterns.admit(host: bytes.span)
            #expect(!isAdmitted || pattern == "*.example.com" && host == "x.example.com", "\(pattern) admits \(host)")
        }
    }

    @Test func headers() throws {
        let (name, beginning) = (try HeaderPattern(parsing: "X-Tenant"), try HeaderPattern(parsing: "x-Tenant-*"))
        for (text, isName, isBeginning) in [
            ("X-Tenant", true, false), ("x-tenant", true, false), ("X-Tenants", false, false),
            ("X-Tenan", false, false),
            ("X-TENANT-", false, true), ("x-tenant-id", false, true), ("", false, false),
        ] {
            let bytes = Array(text.utf8)
            let matches = (name.matches(bytes.span), beginning.matches(bytes.span))
            #expect(matches == (isName, isBeginning), "\(text)")
        }
    }
}
