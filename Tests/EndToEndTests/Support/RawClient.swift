import HTTP1

/// A client that sends exactly what it is told to, and reads responses strictly.
final class RawClient {
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    let socket: TCPSocket
    /// What has come and belongs to no response yet.
    private(set) var unread: [UInt8] = []

    init(port: Int, isIPv6: Bool = false, receiveBuffer: Int32? = nil) throws {
        socket = try isIPv6 ? TCPSocket(portOfIPv6: port) : TCPSocket(port: port, receiveBuffer: receiveBuffer)
    }

    func send(_ text: String) throws { try socket.send(text) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// The text of a request; Host is added, and Content-Length when there is a body.
    static func request(
        _ method: String,
        _ target: String,
        key: String? = nil,
        fields: [String] = [],
        body: [UInt8] = []
    ) -> [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: gateway.test"]
        if let key { lines.append("Authorization: Bearer \(key)") }
        lines += fields
        if !body.isEmpty { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// Sends a request and reads the response to it.
    func exchange(
        _ method: String,
        _ target: String,
        key: String? = nil,
        fields: [String] = [],
        body: [UInt8] = [],
        within seconds: Double = 20
    ) throws -> RawResponse {
        try send(Self.request(method, target, key: key, fields: fields, body: body))
        return try readResponse(to: method == "HEAD" ? .head : .get, within: seconds)
    }

    /// Reads the next response to its end.
    ///
    /// - Throws: ``SocketFailure`` when the connection ends before the response does.
    func readResponse(to method: HTTP1.Method = .get, within seconds: Double = 20) throws -> RawResponse {
        let deadline = monotonicSeconds() + seconds
        var response = try readHead(to: method, within: seconds)
        var reader = BodyReader(framing: response.framing)
        while true {
            var offset = 0
            defer { unread.removeFirst(offset) }
            events: while true {
                switch reader.next(unread.span, offset: &offset) {
                case .needMore: break events
                case .data(let range): response.body += unread[range.range]
                case .trailer(let name, let value):
                    response.trailers.append((text(name), text(value)))
                case .end: return response
                case .failed(let error): throw Malformed(description: "\(error)")
                }
            }
            do {
                let more = try socket.receive(within: max(0.01, deadline - monotonicSeconds()))
                unread.removeFirst(offset)
                offset = 0
                unread += more
            } catch SocketFailure.closed where reader.mayEndWithStream {
                return response
            }
        }
    }

    /// Reads the heads of the next response, interim ones included, and leaves its body unread.
    func readHead(to method: HTTP1.Method = .get, within seconds: Double = 20) throws -> RawResponse {
        let deadline = monotonicSeconds() + seconds
        var parser = ResponseHeadParser()
        var response = RawResponse()
        while true {
            switch parser.parse(unread.span, requestMethod: method) {
            case .needMore: unread += try socket.receive(within: max(0.01, deadline - monotonicSeconds()))
            case .failed(let error):
                throw Malformed(description: "\(error): \(String(decoding: unread, as: UTF8.self))")
            case .complete:
                let head = parser.head
                if head.isInformational {
                    response.interim.append(head.status)
                } else {
                    response.status = head.status
                    response.framing = head.framing
                    response.fields = head.fields.map { (text($0.nameRange), text($0.valueRange)) }
                    response.head = String(decoding: unread[..<head.byteCount], as: UTF8.self)
                }
                unread.removeFirst(head.byteCount)
                if !head.isInformational { return response }
                parser.reset()
            }
        }
    }

    /// Reads until so many bytes are there that belong to no response yet, and takes them.
    func take(_ count: Int, within seconds: Double = 20) throws -> [UInt8] {
        let deadline = monotonicSeconds() + seconds
        while unread.count < count {
            unread += try socket.receive(within: max(0.01, deadline - monotonicSeconds()))
        }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    /// Reads until the peer ends the connection, and answers how it did and what came before.
    func readToEnd(within seconds: Double = 20) throws -> (bytes: [UInt8], end: SocketFailure) {
        let deadline = monotonicSeconds() + seconds
        while true {
            do {
                unread += try socket.receive(within: max(0.01, deadline - monotonicSeconds()))
            } catch let failure as SocketFailure where failure == .closed || failure == .reset {
                defer { unread = [] }
                return (unread, failure)
            }
        }
    }

    private func text(_ range: ByteRange) -> String {
        String(decoding: unread[range.range], as: UTF8.self)
    }
}
