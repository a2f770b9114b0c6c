import HTTP1
import JournalDemo
import NIOCore
import NIOPosix

/// A response as a client sees it.
struct Reply {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }
}

/// What came over a connection.
struct Exchange {
    var replies: [Reply] = []
    /// Whether the server closed it.
    var isClosed = false
    /// What is left over that is no whole response.
    var rest = ByteBuffer()
}

/// Sends bytes to a port of this machine, and reads responses.
struct LoopbackClient {
    let port: Int

    /// Sends one request on a connection of its own.
    func send(
        _ method: String,
        _ target: String,
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Reply {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        let exchange = try await sendRaw(
            [Array((text + "\r\n").utf8) + (body ?? [])],
            methods: [HTTP1.Method.recognise(Array(method.utf8).span)]
        )
        guard let reply = exchange.replies.first else { throw ClientError.noReply }
        return reply
    }

    /// The same with a JSON body.
    func send(_ method: String, _ target: String, json: JSONValue) async throws -> Reply {
        try await send(method, target, [("Content-Type", "application/json")], body: json.serialized)
    }

    /// Sends pieces as they are, each flushed by itself, and reads one final response for each method, or until the
    /// server closes.
    ///
    /// - Parameters:
    ///   - untilClosed: Reads on after the last response.
    ///   - stopAt: Leaves after a response of this status.
    func sendRaw(
        _ pieces: [[UInt8]],
        methods: [HTTP1.Method],
        untilClosed: Bool = false,
        stopAt: Int? = nil
    ) async throws -> Exchange {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            async let sent: Void = {
                for piece in pieces { try await outbound.write(ByteBuffer(bytes: piece)) }
            }()
            var exchange = Exchange(isClosed: true)
            var pending = methods[...]
            reading: for try await bytes in inbound {
                exchange.rest.writeImmutableBuffer(bytes)
                while let method = pending.first, let reply = Self.takeReply(from: &exchange.rest, method) {
                    exchange.replies.append(reply)
                    if reply.status >= 200 { pending.removeFirst() }
                }
                let isStop = stopAt != nil && exchange.replies.last?.status == stopAt
                if isStop || (pending.isEmpty && !untilClosed) {
                    exchange.isClosed = false
                    break reading
                }
            }
            try? await sent
            return exchange
        }
    }

    private static func takeReply(from buffer: inout ByteBuffer, _ method: HTTP1.Method) -> Reply? {
        var parser = ResponseHeadParser(limits: HeadLimits())
        guard case .complete = parser.parse(buffer.readableBytesUInt8Span, requestMethod: method) else { return nil }
        let head = parser.head
        let base = buffer.readerIndex
        func text(_ range: ByteRange) -> String {
            buffer.getString(at: base + range.range.lowerBound, length: range.count) ?? ""
        }
        let fields = head.fields.map { (name: text($0.nameRange), value: text($0.valueRange)) }
        var length = 0
        if case .length(let count) = head.framing { length = Int(count) }
        guard buffer.readableBytes >= head.byteCount + length else { return nil }
        buffer.moveReaderIndex(forwardBy: head.byteCount)
        return Reply(status: head.status, fields: fields, body: buffer.readBytes(length: length) ?? [])
    }
}

enum ClientError: Error {
    case noReply
}
