import HTTP1
import Testing

/// RFC 9110 §7.2, RFC 3986 §3.2.2 and §3.2.3.
@Suite struct HostFieldTests {
    @Test(arguments: [
        "a", "a.example", "a.example.", "A_b-c~.x", "192.0.2.1", "192.0.2.1:80", "a:1", "a:65535", "a:00080", "[::]",
        "[::1]:8080", "[2001:DB8:0:0:0:0:0:1]", "[::ffff:192.0.2.1]",
    ])
    func accepts(_ host: String) {
        #expect(HostField.isValid(host))
    }

    @Test(arguments: [
        "", ":", ":80", "a:", "a:65536", "a:000080", "a:8o", "a:-1", "a:80:80", "a b", "a,b", "a/b", "a?b", "a#b",
        "a@b",
        "a\\b", "a;b", "a%41", "a!b", "a'b", "\"a\"", "é", "[]", "[:]", "[::1", "::1", "[::1]a", "[::1]:",
        "[::1%25eth0]",
        "[::1%eth0]", "[v1.a]", "[::g]", "[:::::::::]", "[0000:0000:0000:0000:0000:0000:0000:0000:255.255.255.255]",
        "a[::1]",
    ])
    func refuses(_ host: String) {
        #expect(!HostField.isValid(host))
    }
}
