import HTTP1

extension Operation {
    /// A request head of eleven fields, as a browser's or a client library's are.
    static let requestHead = Operation(name: "request head") {
        let bytes = Array(
            """
            GET /api/v1/trades/trd_1842?expand=tags HTTP/1.1\r
            Host: journal.example\r
            User-Agent: journal-client/4.2 (linux; x86_64)\r
            Accept: application/json\r
            Accept-Encoding: gzip, deflate, br\r
            Accept-Language: en-GB,en;q=0.9\r
            Authorization: Bearer tj_live_8fJ2kQ0sVb1nXz5cR7tY9uW3eL6aD4gH\r
            Cache-Control: no-cache\r
            Cookie: theme=dark; session=0123456789abcdef\r
            If-None-Match: "5f3c-1842"\r
            Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r
            X-Request-Id: 01M85DPBBTNG2SVB3AB4J8TWGR\r
            \r

            """.utf8
        )
        var parser = RequestHeadParser()
        return { count in
            for _ in 0..<count {
                parser.reset()
                guard case .complete = parser.parse(bytes.span) else { fatalError("not whole") }
                keep(parser.head.byteCount)
            }
        }
    }

    /// A response head of eight fields.
    static let responseHead = Operation(name: "response head") {
        let bytes = Array(
            """
            HTTP/1.1 200 OK\r
            Server: nginx\r
            Date: Tue, 24 Nov 2026 12:00:00 GMT\r
            Content-Type: application/json\r
            Content-Length: 390\r
            Connection: keep-alive\r
            Cache-Control: private, max-age=0\r
            ETag: "5f3c-1842"\r
            Vary: Accept-Encoding\r
            \r

            """.utf8
        )
        var parser = ResponseHeadParser()
        return { count in
            for _ in 0..<count {
                parser.reset()
                guard case .complete = parser.parse(bytes.span, requestMethod: .get) else { fatalError("not whole") }
                keep(parser.head.byteCount)
            }
        }
    }
}
