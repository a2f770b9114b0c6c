import CCurl
import Testing

@testable import CurlTransport

@Suite("CurlFailure and UpstreamTarget")
struct CurlFailureTests {
    @Test(arguments: [
        (CURLE_COULDNT_RESOLVE_HOST, CurlFailure.Kind.resolve), (CURLE_COULDNT_CONNECT, .connect),
        (CURLE_OPERATION_TIMEDOUT, .timeout), (CURLE_SSL_CONNECT_ERROR, .tls), (CURLE_PEER_FAILED_VERIFICATION, .tls),
        (CURLE_SSL_CACERT_BADFILE, .tls), (CURLE_SEND_ERROR, .io), (CURLE_RECV_ERROR, .io), (CURLE_GOT_NOTHING, .io),
        (CURLE_PARTIAL_FILE, .io), (CURLE_OUT_OF_MEMORY, .other), (CURLE_UNSUPPORTED_PROTOCOL, .other),
    ])
    func kinds(_ code: CURLcode, _ kind: CurlFailure.Kind) {
        let failure = CurlFailure(code: code)
        #expect(failure.kind == kind)
        #expect(!failure.description.isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.1", 9001, false, "http://127.0.0.1:9001/"), ("::1", 80, false, "http://[::1]:80/"),
        ("backend.internal", 443, true, "https://backend.internal:443/"),
    ])
    func url(_ host: String, _ port: UInt16, _ isTLS: Bool, _ url: String) {
        let tls = isTLS ? UpstreamTarget.TLS(trust: .nobody) : nil
        let target = UpstreamTarget(host: host, port: port, tls: tls, connectTimeoutMilliseconds: -3)
        #expect(target.url == url)
        #expect(target.connectTimeoutMilliseconds == 1)
        #expect(target.connectTo == nil)
    }

    /// TLS asks for the name that stands in the URL; where the connection goes is said beside it.
    @Test(arguments: [
        ("127.0.0.1", "::127.0.0.1:8443"), ("::1", "::[::1]:8443"), ("b.internal", "::b.internal:8443"),
    ])
    func otherNames(_ host: String, _ connectTo: String) {
        let target = UpstreamTarget(host: host, port: 8443, tls: .init(trust: .nobody, serverName: "journal.internal"))
        #expect(target.url == "https://journal.internal:8443/")
        #expect(target.connectTo == connectTo)
    }
}
