"""The cases of the suite: what is sent, what the client gets, what the backend gets.

`fields` is the header section; `least` is prepended unless it begins with a pseudo-header field of its own. What the client
gets is `STATUS` or `STATUS code` of an answer, `reset CODE` of the stream, or `goaway CODE` of the connection; several that
the RFC allows are separated by `|`. What the backend gets is nothing, or a head in its lines and a body; the fields that the
gateway adds are left out of it. After each case that isn't about the connection's end, a good request is served on it.
"""

from frames import *

LEAST = [(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"gateway.test"), (b":path", b"/open/x")]


class Case:
    def __init__(self, title, reference, client, fields=(), backend=None, path=None, method=None, frames=None,
                 body=None, raw=False, body_received=b"", has=(), lacks=(), text=None, interim=(), reply=None,
                 incomplete=False, trailers=None, limits="", client_settings=b"", has_trailers=()):
        self.title, self.reference, self.client, self.frames = title, reference, client, frames
        fields = [(n.encode("latin-1") if isinstance(n, str) else n, v.encode("latin-1") if isinstance(v, str) else v)
                  for n, v in fields]
        if not fields or not fields[0][0].startswith(b":"):
            least = dict(LEAST)
            if method:
                least[b":method"] = method.encode()
            if path is not None:
                least[b":path"] = path if isinstance(path, bytes) else path.encode()
            fields = list(least.items()) + fields
        self.fields, self.body, self.raw, self.limits = fields, body, raw, limits
        self.backend = backend.encode() if isinstance(backend, str) else backend
        self.body_received, self.has, self.lacks, self.text = body_received, has, lacks, text
        self.interim, self.reply, self.incomplete, self.trailers = list(interim), reply, incomplete, trailers
        self.client_settings, self.has_trailers = client_settings, has_trailers


def head(line, *fields):
    """A head as the backend gets it."""
    return "\r\n".join([line + " HTTP/1.1", "host: gateway.test", *fields]) + "\r\n\r\n"


def pseudo(**fields):
    """A section of nothing but these pseudo-header fields."""
    return [(b":" + name.encode(), value.encode() if isinstance(value, str) else value) for name, value in fields.items()]


GOOD = dict(method="GET", scheme="http", authority="gateway.test", path="/open/x")
GET = head("GET /open/x")
KEY = ("authorization", "Bearer key-both")
H1 = "HTTP/1.1 200 OK\r\n"

cases = [
    # Good requests, and what becomes of them.
    Case("a request", "RFC 9113 §8.3.1", "200", backend=GET, text="GET /open/x"),
    Case("a query goes on as it is", "RFC 3986 §3.4", "200", path="/open/x?a=%2e%2e&b=/../", backend=head("GET /open/x?a=%2e%2e&b=/../")),
    Case("HEAD has no body", "RFC 9110 §9.3.2", "200", method="HEAD", backend=head("HEAD /open/x"), text="", has=[("content-length", "12")]),
    Case("OPTIONS", "RFC 9110 §9.3.7", "200", method="OPTIONS", backend=head("OPTIONS /open/x")),
    Case("Host alone", "RFC 9113 §8.3.1", "200", [*pseudo(method="GET", scheme="http", path="/open/x"), ("host", "gateway.test")], backend=GET),
    Case("Host that says the same", "RFC 9113 §8.3.1", "200", [("host", "gateway.test")], backend=GET),
    Case("a scheme of https in clear says nothing", "RFC 9113 §8.3.1", "200", pseudo(**GOOD | {"scheme": "https"}), backend=GET),
    Case("pieces of a cookie are one again", "RFC 9113 §8.2.3", "200", [("cookie", "a=1"), ("x-a", "1"), ("cookie", "b=2")], backend=head("GET /open/x", "x-a: 1", "cookie: a=1; b=2")),
    Case("TE: trailers stays on its hop", "RFC 9110 §10.1.4", "200", [("te", "trailers")], backend=GET),
    Case("values go on byte by byte", "RFC 9110 §5.5", "200", [("x-a", "a\tb"), ("x-empty", ""), ("x-utf8", "\xc3\xa9")], backend=head("GET /open/x", "x-a: a\tb", "x-empty:", "x-utf8: \u00e9")),
    Case("a field without Huffman coding and tables", "RFC 7541 §6.2.2", "200", [("x-a", "1")], raw=True, backend=head("GET /open/x", "x-a: 1")),
    Case("a head in three CONTINUATION frames", "RFC 9113 §6.10", "200", [("x-a", "1" * 100)], frames="continued", backend=head("GET /open/x", "x-a: " + "1" * 100)),
    Case("padding and a priority", "RFC 9113 §6.2", "200", frames="padded", backend=GET),
    Case("a body with its length", "RFC 9113 §8.1.1", "200", [("content-length", "5")], method="POST", body=[b"hello"], backend=head("POST /open/x", "content-length: 5"), body_received=b"hello"),
    Case("a body in pieces, padded, and an empty one last", "RFC 9113 §6.1", "200", [("content-length", "5")], method="POST", body=[b"he", b"llo", b""], frames="padded data", backend=head("POST /open/x", "content-length: 5"), body_received=b"hello"),
    Case("a body of unknown length", "RFC 9113 §8.1", "200", method="POST", body=[b"he", b"llo"], backend=head("POST /open/x", "Transfer-Encoding: chunked"), body_received=b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
    Case("a body that turns out to be empty", "RFC 9113 §8.1", "200", method="POST", body=[b""], backend=head("POST /open/x", "Transfer-Encoding: chunked"), body_received=b"0\r\n\r\n"),
    Case("a body like a request is a body", "RFC 9112 §11.2", "200", method="POST", body=[b"GET /closed/x HTTP/1.1\r\nhost: h\r\n\r\n"], backend=head("POST /open/x", "Transfer-Encoding: chunked"), body_received=b"23\r\nGET /closed/x HTTP/1.1\r\nhost: h\r\n\r\n\r\n0\r\n\r\n"),
    Case("a body like the end of one is a body", "RFC 9112 §7.1", "200", [("content-length", "5")], method="POST", body=[b"0\r\n\r\n"], backend=head("POST /open/x", "content-length: 5"), body_received=b"0\r\n\r\n"),
    Case("trailers are dropped", "RFC 9110 §6.5.1", "200", method="POST", body=[b"a"], trailers=[("x-sum", "1"), ("authorization", "Bearer key-both")], backend=head("POST /open/x", "Transfer-Encoding: chunked"), body_received=b"1\r\na\r\n0\r\n\r\n"),
    Case("100 Continue before the body", "RFC 9110 §10.1.1", "200", [("expect", "100-continue"), ("content-length", "1")], method="POST", body=[b"a"], frames="continue", interim=[100], backend=head("POST /open/x", "content-length: 1"), body_received=b"a"),
    Case("no 100 Continue for what is refused", "RFC 9110 §10.1.1", "401 missing_key", [("expect", "100-continue"), ("content-length", "1")], method="POST", path="/closed/x", body=[]),
    # Fields that don't get through.
    Case("X-Forwarded-For of anybody", "advisories", "200", [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4")], backend=GET),
    Case("ours, claimed by the client", "advisories", "200", [("x-scopegate-key-id", "root"), ("x-scopegate-anything", "1")], backend=GET),
    Case("methods and paths in fields", "advisories", "200", [("x-http-method-override", "DELETE"), ("x-original-url", "/closed/x"), ("x-rewrite-url", "/")], backend=GET),
    Case("names with an underscore", "advisories", "200", [("x_forwarded_for", "1.2.3.4"), ("content_length", "5")], backend=GET),
    Case("httpoxy", "CVE-2016-5385", "200", [("proxy", "http://evil")], backend=GET),
    Case("HTTP2-Settings", "RFC 9113 §3.1", "200", [("http2-settings", "AAMAAABk")], backend=GET),
    # Keys and scopes, each stream for itself.
    Case("a key with the scope", "scopes", "200", [KEY], path="/closed/x", backend=head("GET /closed/x", "authorization: Bearer key-both")),
    Case("a key in a field", "scopes", "200", [("x-api-key", "key-read")], path="/closed/x", backend=head("GET /closed/x", "x-api-key: key-read")),
    Case("no key", "RFC 6750 §3", "401 missing_key", path="/closed/x", has=[("www-authenticate", "Bearer")]),
    Case("a key that nobody knows", "RFC 6750 §3.1", "401 invalid_key", [("authorization", "Bearer who")], path="/closed/x"),
    Case("an expired key", "RFC 6750 §3.1", "401 expired_key", [("authorization", "Bearer key-expired")], path="/closed/x"),
    Case("another scope", "RFC 6750 §3.1", "403 forbidden_scope", [("authorization", "Bearer key-write")], path="/closed/x"),
    Case("read is not write", "scopes", "403 forbidden_scope", [("authorization", "Bearer key-read")], path="/closed/x", method="POST", body=[b"a"]),
    Case("two keys", "RFC 6750 §2", "400 ambiguous_key", [KEY, ("x-api-key", "key-both")], path="/closed/x"),
    Case("two Authorization fields", "RFC 9110 §5.3", "400 ambiguous_key", [KEY, KEY], path="/closed/x"),
    Case("a key in the trailers", "RFC 9110 §6.5.1", "401 missing_key", path="/closed/x", method="POST", body=[b"a"], trailers=[KEY]),
    Case("no such route", "route map", "403 unmapped_route", path="/other"),
    Case("no such method", "route map", "405 method_not_allowed", path="/open/x", method="TRACE"),
    Case("a method in lower case is another one", "RFC 9110 §9.1", "405 method_not_allowed", method="get"),
    # Pseudo-header fields.
    Case("no method", "RFC 9113 §8.3.1", "400 invalid_request", pseudo(scheme="http", authority="a", path="/open/x")),
    Case("no scheme", "RFC 9113 §8.3.1", "400 invalid_request", pseudo(method="GET", authority="a", path="/open/x")),
    Case("no path", "RFC 9113 §8.3.1", "400 invalid_request", pseudo(method="GET", scheme="http", authority="a")),
    Case("no authority", "RFC 9113 §8.3.1", "400 invalid_request_host", pseudo(method="GET", scheme="http", path="/open/x")),
    Case("two paths", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(**GOOD), (b":path", b"/closed/x")]),
    Case("two methods", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(**GOOD), (b":method", b"POST")]),
    Case("two authorities", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(**GOOD), (b":authority", b"other")]),
    Case("a path behind a field", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(method="GET", scheme="http", authority="a"), (b"x-a", b"1"), (b":path", b"/open/x")]),
    Case("a pseudo-header field of responses", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(**GOOD), (b":status", b"200")]),
    Case("an unknown pseudo-header field", "RFC 9113 §8.3", "400 invalid_request", [*pseudo(**GOOD), (b":x", b"1")]),
    Case("the extended CONNECT", "RFC 8441 §4", "400 invalid_request", [*pseudo(**GOOD | {"method": "CONNECT"}), (b":protocol", b"websocket")]),
    Case("CONNECT", "RFC 9113 §8.5", "400 invalid_request_target", pseudo(method="CONNECT", authority="gateway.test:443")),
    Case("a method that ends the line", "advisories", "400 invalid_request", pseudo(**GOOD | {"method": "GET /closed/x HTTP/1.1"})),
    Case("a scheme that is none", "RFC 9113 §8.3.1", "400 invalid_request", pseudo(**GOOD | {"scheme": "http://a/?"})),
    Case("Host that says otherwise", "RFC 9113 §8.3.1", "400 invalid_request_host", [("host", "other.test")]),
    Case("Host with a port, authority without", "RFC 9113 §8.3.1", "400 invalid_request_host", [("host", "gateway.test:80")]),
    Case("two Host fields", "RFC 9112 §3.2", "400 invalid_request_host", [*pseudo(method="GET", scheme="http", path="/open/x"), (b"host", b"a"), (b"host", b"b")]),
    Case("userinfo in the authority", "RFC 9113 §8.3.1", "400 invalid_request_host", pseudo(**GOOD | {"authority": "a@gateway.test"})),
    Case("a space in the authority", "RFC 9113 §8.3.1", "400 invalid_request_host", pseudo(**GOOD | {"authority": "gateway.test x"})),
    Case("an empty authority", "RFC 9113 §8.3.1", "400 invalid_request_host", pseudo(**GOOD | {"authority": ""})),
    # Targets.
    Case("an empty path", "RFC 9113 §8.3.1", "400 invalid_request_target", path=""),
    Case("an asterisk", "RFC 9113 §8.3.1", "400 invalid_request_target", path="*", method="OPTIONS"),
    Case("an absolute URI", "RFC 9113 §8.3.1", "400 invalid_request_target", path="http://gateway.test/open/x"),
    Case("a path without a slash", "RFC 9113 §8.3.1", "400 invalid_request_target", path="open/x"),
    Case("dot segments", "CVE-2019-9901", "400 invalid_request_target", path="/open/../closed/x"),
    Case("encoded dot segments", "CVE-2019-9901", "400 invalid_request_target", path="/open/%2e%2e/closed/x"),
    Case("an encoded slash", "CVE-2021-29492", "400 invalid_request_target", path="/open/..%2fclosed"),
    Case("an encoded backslash", "CVE-2021-29492", "400 invalid_request_target", path="/open/%5cclosed"),
    Case("a backslash", "CVE-2021-29492", "400 invalid_request_target", path="/open/..\\closed"),
    Case("two slashes", "RFC 3986 §3.3", "400 invalid_request_target", path="//closed/x"),
    Case("a semicolon", "RFC 3986 §3.3", "400 invalid_request_target", path="/open;/closed"),
    Case("a fragment", "RFC 9112 §3.2.1", "400 invalid_request_target", path="/open/x#/closed"),
    Case("an encoding of a letter in what a parameter takes", "RFC 3986 §2.3", "200", path="/open/%61", backend=head("GET /open/%61")),
    Case("an encoding of a letter of the template", "RFC 3986 §2.3", "400 invalid_request_target", path="/%6fpen/x"),
    Case("a malformed encoding", "RFC 3986 §2.1", "400 invalid_request_target", path="/open/%zz"),
    Case("an encoded NUL", "RFC 3986 §2.2", "400 invalid_request_target", path="/open/%00"),
    Case("a space in the path", "RFC 9113 §8.3.1", "400 invalid_request_target", path="/open/x HTTP/1.1"),
    Case("a path that ends the line", "advisories", "400 invalid_request_header", path=b"/open/x HTTP/1.1\r\nx: y\r\n\r\nGET /closed/x"),
    Case("a path that is not ASCII", "RFC 3986 §2", "400 invalid_request_target", path=b"/open/\xc3\xa9"),
    # Fields.
    Case("upper case", "RFC 9113 §8.2", "400 invalid_request_header", [("X-Upper", "1")]),
    Case("a space in a name", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x a", "1")]),
    Case("an empty name", "RFC 9113 §8.2.1", "400 invalid_request_header", [*pseudo(**GOOD), (b"", b"1")], raw=True),
    Case("a colon in a name", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x:a", "1")]),
    Case("CRLF in a name", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x: 1\r\ny", "1")]),
    Case("CRLF in a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", "1\r\nx-scopegate-key-id: root")]),
    Case("LF in a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", "1\nx: 2")]),
    Case("CR in a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", "1\rx")]),
    Case("NUL in a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", "1\0")]),
    Case("a space before a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", " 1")]),
    Case("a tab behind a value", "RFC 9113 §8.2.1", "400 invalid_request_header", [("x-a", "1\t")]),
    Case("a value that isn't UTF-8", "RFC 9110 §5.5", "200", [(b"x-a", b"caf\xe9.pdf"), (b"x-b", b"\x80\xff\xfe"), (b"x-c", b"\xef\xbf\xbd"), (b"x-d", bytes(range(0x80, 0x100)))], backend=head("GET /open/x").encode()[:-2] + b"x-a: caf\xe9.pdf\r\nx-b: \x80\xff\xfe\r\nx-c: \xef\xbf\xbd\r\nx-d: " + bytes(range(0x80, 0x100)) + b"\r\n\r\n"),
    Case("the same without Huffman coding", "RFC 9110 §5.5", "200", [(b"x-a", bytes(range(0x80, 0x100)))], raw=True, backend=head("GET /open/x").encode()[:-2] + b"x-a: " + bytes(range(0x80, 0x100)) + b"\r\n\r\n"),
    Case("the same in the trailers", "RFC 9110 §5.5", "200", method="POST", body=[b"a"], trailers=[("x-sum", "\xe9\xff")], backend=head("POST /open/x", "Transfer-Encoding: chunked"), body_received=b"1\r\na\r\n0\r\n\r\n"),
    Case("a name that isn't ASCII", "RFC 9110 §5.1", "400 invalid_request_header", [(b"x-\xe9", b"1")]),
    Case("Connection", "RFC 9113 §8.2.2", "400 invalid_request_header", [("connection", "close, authorization")]),
    Case("Keep-Alive", "RFC 9113 §8.2.2", "400 invalid_request_header", [("keep-alive", "1")]),
    Case("Proxy-Connection", "RFC 9113 §8.2.2", "400 invalid_request_header", [("proxy-connection", "keep-alive")]),
    Case("Upgrade", "RFC 9113 §8.2.2", "400 invalid_request_header", [("upgrade", "websocket")]),
    Case("Transfer-Encoding", "RFC 9113 §8.2.2", "400 invalid_request_header", [("transfer-encoding", "chunked")], method="POST", body=[b"0\r\n\r\nGET /closed/x HTTP/1.1\r\n"]),
    Case("TE: gzip", "RFC 9113 §8.2.2", "400 invalid_request_header", [("te", "gzip")]),
    Case("another expectation", "RFC 9110 §10.1.1", "417 expectation_failed", [("expect", "200-ok")]),
    # Framing.
    Case("a length without a body", "RFC 9113 §8.1.1", "400 invalid_request_framing", [("content-length", "5")]),
    Case("a body longer than its length", "CVE-2021-21295", "reset PROTOCOL_ERROR | 400 invalid_request_framing", [("content-length", "5")], method="POST", body=[b"hello!"], incomplete=True, backend=head("POST /open/x", "content-length: 5")),
    Case("a body that goes on behind its length", "CVE-2021-21295", "200 | reset PROTOCOL_ERROR", [("content-length", "5")], method="POST", body=[b"hello", b"GET /closed/x HTTP/1.1\r\n\r\n"], incomplete=True, backend=head("POST /open/x", "content-length: 5"), body_received=b"hello"),
    Case("a body shorter than its length", "RFC 9113 §8.1.1", "400 invalid_request_framing | reset PROTOCOL_ERROR", [("content-length", "50")], method="POST", body=[b"hello"], incomplete=True, backend=head("POST /open/x", "content-length: 50")),
    Case("a length and trailers before its end", "RFC 9113 §8.1.1", "400 invalid_request_framing | reset PROTOCOL_ERROR", [("content-length", "50")], method="POST", body=[b"hello"], trailers=[("x", "1")], incomplete=True, backend=head("POST /open/x", "content-length: 50")),
    Case("two equal lengths", "RFC 9110 §8.6", "400 invalid_request_framing", [("content-length", "5"), ("content-length", "5")], method="POST", body=[b"hello"]),
    Case("a list of lengths", "RFC 9110 §8.6", "400 invalid_request_framing", [("content-length", "5, 5")], method="POST", body=[b"hello"]),
    Case("a length with a sign", "RFC 9110 §8.6", "400 invalid_request_framing", [("content-length", "+5")], method="POST", body=[b"hello"]),
    Case("a length beyond 64 bits", "RFC 9110 §8.6", "400 invalid_request_framing", [("content-length", "18446744073709551621")], method="POST", body=[b"hello"]),
    Case("a pseudo-header field in the trailers", "RFC 9113 §8.1", "400 invalid_request_framing | reset PROTOCOL_ERROR", method="POST", body=[b"a"], trailers=[(":path", "/closed/x")], incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    Case("CRLF in the trailers", "RFC 9113 §8.2.1", "400 invalid_request_framing | reset PROTOCOL_ERROR", method="POST", body=[b"a"], trailers=[("x", "1\r\n\r\nGET /")], incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    Case("fields in the midst of a body", "RFC 9113 §8.1", "400 invalid_request_framing | reset PROTOCOL_ERROR | goaway PROTOCOL_ERROR", method="POST", body=[b"a"], frames="headers in body", incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    # Limits.
    Case("a body past its limit, by its length", "RFC 9110 §15.5.14", "413 body_too_large", [KEY, ("content-length", "17")], path="/small", method="POST", body=[b"a" * 17]),
    Case("a body past its limit, by what comes", "RFC 9110 §15.5.14", "413 body_too_large", [KEY], path="/small", method="POST", body=[b"a" * 10, b"a" * 10], incomplete=True, backend=head("POST /small", "authorization: Bearer key-both", "Transfer-Encoding: chunked")),
    Case("a request line past its limit", "RFC 9112 §3", "414 target_too_long", path="/open/" + "a" * 1000, limits="request_line: 512"),
    Case("more fields than allowed", "RFC 6585 §5", "431 headers_too_large", [(f"x-{n}", "1") for n in range(9)], limits="header_fields: 8"),
    Case("larger fields than allowed", "RFC 6585 §5", "431 headers_too_large", [("x-a", "a" * 1100)], limits="header_bytes: 1KiB"),
    Case("a header list past the setting", "RFC 9113 §10.5.1", "431 headers_too_large", [(f"x-{n}", "a" * 1000) for n in range(60)], frames="continued"),
    Case("a field past the setting", "RFC 9113 §10.5.1", "431 headers_too_large", [("x-a", "a" * 100_000)], frames="cut to size"),
    Case("a name past the setting", "RFC 9113 §10.5.1", "431 headers_too_large", [("x-a" + "a" * 100_000, "1")], frames="cut to size"),
    Case("a field past the setting, without Huffman coding", "RFC 9113 §10.5.1", "431 headers_too_large", [("x-a", "a" * 100_000)], raw=True, frames="cut to size"),
    Case("fields past the setting with a body", "RFC 9113 §10.5.1", "431 headers_too_large", [("x-a", "a" * 100_000)], method="POST", body=[b"a"], frames="cut to size"),
    Case("trailers past the setting", "RFC 9113 §10.5.1", "400 invalid_request_framing | reset PROTOCOL_ERROR", method="POST", body=[b"a"], trailers=[(f"x-{n}", "\\" * 900) for n in range(50)], incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    Case("a large head at once", "RFC 9113 §6.5.3", "200", [(f"x-{n}", "a" * 3000) for n in range(6)], frames="at once", backend=head("GET /open/x", *(f"x-{n}: " + "a" * 3000 for n in range(6)))),
    Case("the largest head at once, one that compresses badly", "RFC 9113 §6.5.3", "200", [(f"x-{n}", "\\" * 2980) for n in range(10)], frames="at once", backend=head("GET /open/x", *(f"x-{n}: " + "\\" * 2980 for n in range(10)))),
    Case("more CONTINUATION frames than allowed", "CVE-2024-27316", "goaway ENHANCE_YOUR_CALM", frames=frame(HEADERS, 1, 1, b"\x82") + frame(CONTINUATION, 0, 1, b"\x86") * 20),
    Case("a body that stalls", "RFC 9110 §15.5.9", "408 request_timeout", method="POST", body=[b"a"], frames="unfinished", limits="body_idle_timeout: 300ms", incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    # Methods that mean to have a body, without one.
    *(Case(f"{method} without a body", "RFC 9110 §8.6", "200", method=method, backend=head(f"{method} /open/x", "content-length: 0")) for method in ("POST", "PUT", "PATCH")),
    Case("POST without a body that says so", "RFC 9110 §8.6", "200", [("content-length", "0")], method="POST", backend=head("POST /open/x", "content-length: 0")),
    *(Case(f"{method} without a body has no length", "RFC 9110 §8.6", "200", method=method, backend=head(f"{method} /open/x")) for method in ("GET", "DELETE", "OPTIONS")),
    # Responses.
    Case("a response in chunks with trailers", "RFC 9113 §8.1", "200", path="/open/r1", reply=H1 + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 9\r\n\r\n", backend=head("GET /open/r1"), text="abc", lacks=["transfer-encoding"], has=[("trailer", "X-Sum")]),
    Case("names in lower case, nothing about the connection", "RFC 9113 §8.2.2", "200", path="/open/r2", reply=H1 + "X-UPPER: Ab\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: 5\r\nX-Hop: 1\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n", backend=head("GET /open/r2"), has=[("x-upper", "Ab")], lacks=["connection", "keep-alive", "upgrade", "x-hop"]),
    Case("204", "RFC 9110 §15.3.5", "204", path="/open/r3", reply="HTTP/1.1 204 No Content\r\n\r\n", backend=head("GET /open/r3"), text=""),
    Case("304 with a length", "RFC 9110 §15.4.5", "304", path="/open/r4", reply="HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", backend=head("GET /open/r4"), text=""),
    Case("interim responses of the backend are passed on", "RFC 9110 §15.2", "200", interim=[103], path="/open/r5", reply="HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + H1 + "Content-Length: 2\r\n\r\nok", backend=head("GET /open/r5"), text="ok"),
    Case("a response that is cut", "RFC 9113 §8.1", "reset INTERNAL_ERROR", path="/open/r6", reply=("close", H1 + "Content-Length: 50\r\n\r\nbeginning"), backend=head("GET /open/r6")),
    Case("a response that ends with its connection", "RFC 9112 §6.3", "200", path="/open/r7", reply=("close", H1 + "\r\nto the end"), backend=head("GET /open/r7"), text="to the end"),
    Case("a malformed response", "RFC 9112 §6.3", "502 upstream_invalid_response", path="/open/r8", reply=("close", H1 + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), backend=head("GET /open/r8")),
    Case("a response before the request's end", "RFC 9113 §8.1", "200", path="/open/r9", method="POST", body=[b"a"], frames="unfinished", reply=("early", H1 + "Content-Length: 2\r\n\r\nok"), incomplete=True, backend=head("POST /open/r9", "Transfer-Encoding: chunked"), text="ok"),
    Case("a large response", "RFC 9113 §5.2", "200", path="/open/r10", reply=H1 + f"Content-Length: 1000000\r\n\r\n" + "x" * 1000000, backend=head("GET /open/r10"), text="x" * 1000000),
    Case("a large response through small windows", "RFC 9113 §6.9", "200", path="/open/r11", reply=H1 + f"Content-Length: 20000\r\n\r\n" + "y" * 20000, backend=head("GET /open/r11"), text="y" * 20000, client_settings=struct.pack(">HI", 4, 1000)),
    Case("a response with fields larger than a frame", "RFC 9113 §4.3", "200", path="/open/r12", reply=H1 + "X-Large: " + "YWJj" * 5500 + "\r\nContent-Length: 2\r\n\r\nok", backend=head("GET /open/r12"), text="ok", has=[("x-large", "YWJj" * 5500)]),
    Case("one whose fields compress to more than they are", "RFC 9113 §4.3", "200", path="/open/r13", reply=H1 + "X-Large: " + "\\" * 30000 + "\r\nContent-Length: 2\r\n\r\nok", backend=head("GET /open/r13"), text="ok", has=[("x-large", "\\" * 30000)]),
    Case("one with UTF-8", "RFC 9113 §4.3", "200", path="/open/r14", reply=H1 + "X-Large: " + "\u00e9" * 14000 + "\r\nContent-Length: 2\r\n\r\nok", backend=head("GET /open/r14"), text="ok", has=[("x-large", "\u00e9" * 14000)]),
    Case("one with nothing but fields larger than a frame", "RFC 9113 §4.3", "304", path="/open/r15", reply="HTTP/1.1 304 Not Modified\r\nX-Large: " + "~" * 30000 + "\r\n\r\n", backend=head("GET /open/r15"), text="", has=[("x-large", "~" * 30000)]),
    Case("trailers larger than a frame", "RFC 9113 §4.3", "200", path="/open/r16", reply=H1 + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Large: " + "|" * 30000 + "\r\n\r\n", backend=head("GET /open/r16"), text="ok", has_trailers=[("x-large", "|" * 30000)]),
    Case("a response with bytes above 0x7F", "RFC 9110 §5.5", "200", path="/open/r17", reply=("whole", (H1 + "Content-Length: 2\r\nContent-Disposition: attachment; filename=\"").encode() + b"caf\xe9.pdf\"\r\nX-All: " + bytes(range(0x80, 0x100)) + b"\r\n\r\nok"), backend=head("GET /open/r17"), text="ok", has=[("content-disposition", b'attachment; filename="caf\xe9.pdf"'), ("x-all", bytes(range(0x80, 0x100)))]),
    Case("trailers with bytes above 0x7F", "RFC 9110 §5.5", "200", path="/open/r18", reply=("whole", (H1 + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n").encode() + b"X-Sum: \xe9\xff\r\n\r\n"), backend=head("GET /open/r18"), text="ok", has_trailers=[("x-sum", b"\xe9\xff")]),
    Case("a small table", "RFC 7541 §4.2", "200", path="/open/r19", reply=H1 + "X-A: " + "a" * 300 + "\r\nContent-Length: 2\r\n\r\nok", backend=head("GET /open/r19"), text="ok", has=[("x-a", "a" * 300)], client_settings=struct.pack(">HI", 1, 100)),
    # Frames.
    Case("unknown frames are passed over", "RFC 9113 §5.5", "200", frames="unknown", backend=GET),
    Case("PRIORITY of an idle stream", "RFC 9113 §6.3", "200", frames="priority", backend=GET),
    Case("a reset before the end", "RFC 9113 §5.4.2", "nothing", method="POST", body=[b"a"], frames="reset", incomplete=True, backend=head("POST /open/x", "Transfer-Encoding: chunked")),
    Case("a request on stream 0", "RFC 9113 §6.2", "goaway PROTOCOL_ERROR", frames=frame(HEADERS, 5, 0, literal(b":method", b"GET"))),
    Case("a stream with an even number", "RFC 9113 §5.1.1", "goaway PROTOCOL_ERROR", frames=frame(HEADERS, 5, 2, b"".join(literal(*f) for f in LEAST))),
    Case("a stream below the last one", "RFC 9113 §5.1.1", "goaway PROTOCOL_ERROR | goaway STREAM_CLOSED", frames="backwards", backend=GET),
    Case("DATA on stream 0", "RFC 9113 §6.1", "goaway PROTOCOL_ERROR", frames=frame(DATA, 0, 0, b"a")),
    Case("DATA on an idle stream", "RFC 9113 §5.1", "goaway PROTOCOL_ERROR", frames=frame(DATA, 0, 1, b"a")),
    Case("HEADERS behind the end", "RFC 9113 §5.1", "reset STREAM_CLOSED", [("authorization", "Bearer key-slow-headers")], path="/closed/x", frames="headers behind"),
    Case("DATA behind the end", "RFC 9113 §5.1", "200 | reset STREAM_CLOSED | goaway STREAM_CLOSED | goaway PROTOCOL_ERROR", frames="data behind", incomplete=True, backend=GET),
    Case("RST_STREAM of an idle stream", "RFC 9113 §6.4", "goaway PROTOCOL_ERROR", frames=frame(RST_STREAM, 0, 1, b"\0\0\0\0")),
    Case("RST_STREAM of a wrong size", "RFC 9113 §6.4", "goaway FRAME_SIZE_ERROR", frames=frame(RST_STREAM, 0, 1, b"\0\0\0")),
    Case("WINDOW_UPDATE of 0", "RFC 9113 §6.9", "goaway PROTOCOL_ERROR", frames=frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0")),
    Case("a window past its largest", "RFC 9113 §6.9.1", "goaway FLOW_CONTROL_ERROR", frames=frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff")),
    Case("more DATA than the window", "RFC 9113 §6.9.1", "goaway FLOW_CONTROL_ERROR | reset FLOW_CONTROL_ERROR", [("authorization", "Bearer key-slow")], path="/closed/x", method="POST", frames="beyond the window"),
    Case("SETTINGS of a wrong size", "RFC 9113 §6.5", "goaway FRAME_SIZE_ERROR", frames=frame(SETTINGS, 0, 0, b"\0\0\0\0\0")),
    Case("SETTINGS on a stream", "RFC 9113 §6.5", "goaway PROTOCOL_ERROR", frames=frame(SETTINGS, 0, 1)),
    Case("an acknowledgement of settings with content", "RFC 9113 §6.5", "goaway FRAME_SIZE_ERROR", frames=frame(SETTINGS, 1, 0, b"\0" * 6)),
    Case("a frame size setting below its least", "RFC 9113 §6.5.2", "goaway PROTOCOL_ERROR", frames=frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 100))),
    Case("a window setting past its largest", "RFC 9113 §6.5.2", "goaway FLOW_CONTROL_ERROR", frames=frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 31))),
    Case("PING of a wrong size", "RFC 9113 §6.7", "goaway FRAME_SIZE_ERROR", frames=frame(PING, 0, 0, b"\0" * 7)),
    Case("PING on a stream", "RFC 9113 §6.7", "goaway PROTOCOL_ERROR", frames=frame(PING, 0, 1, b"\0" * 8)),
    Case("a frame past its largest size", "RFC 9113 §4.2", "goaway FRAME_SIZE_ERROR", frames=frame(DATA, 0, 1, b"\0" * 16385)),
    Case("PUSH_PROMISE of a client", "RFC 9113 §8.4", "goaway PROTOCOL_ERROR", frames=frame(PUSH_PROMISE, 4, 1, b"\0\0\0\x02")),
    Case("CONTINUATION of nothing", "RFC 9113 §6.10", "goaway PROTOCOL_ERROR", frames=frame(CONTINUATION, 4, 1)),
    Case("a frame within a header section", "RFC 9113 §6.10", "goaway PROTOCOL_ERROR", frames=frame(HEADERS, 1, 1, b"\x82") + frame(PING, 0, 0, b"\0" * 8)),
    Case("a continuation of another stream", "RFC 9113 §6.10", "goaway PROTOCOL_ERROR", frames=frame(HEADERS, 1, 1, b"\x82") + frame(CONTINUATION, 4, 3, b"\x84")),
    Case("padding longer than the frame", "RFC 9113 §6.1", "goaway PROTOCOL_ERROR | goaway FRAME_SIZE_ERROR", frames=frame(HEADERS, 13, 1, b"\xff\x82")),
    Case("an index that there isn't", "RFC 7541 §2.3.3", "goaway COMPRESSION_ERROR", frames=frame(HEADERS, 5, 1, b"\xff\xff\xff\x07")),
    Case("a table larger than allowed", "RFC 7541 §6.3", "goaway COMPRESSION_ERROR", frames=frame(HEADERS, 5, 1, b"\x3f\xff\xff\x03\x82")),
    Case("a broken Huffman code", "RFC 7541 §5.2", "goaway COMPRESSION_ERROR", frames=frame(HEADERS, 5, 1, b"\x00\x85\xff\xff\xff\xff\xff\x01a")),
]
