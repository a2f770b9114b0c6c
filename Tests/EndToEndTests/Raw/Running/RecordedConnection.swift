import Glibc
import HTTP1

/// One connection of a ``RecordingBackend``.
struct RecordedConnection {
    let descriptor: Int32
    let index: Int
    /// What has come and belongs to no whole request.
    private(set) var unread: [UInt8] = []
    /// The peer has ended it.
    private(set) var hasEnded = false
    /// This side has ended it.
    private(set) var isOver = false
    /// What is unread came before the current case.
    var isStale = false
    /// The reply to the request that is under way has been sent.
    private var hasReplied = false
    private var hasSentContinue = false

    init(descriptor: Int32, index: Int) {
        self.descriptor = descriptor
        self.index = index
    }

    /// What is unread, as the beginning of a request.
    var rest: RecordingBackend.Message {
        RecordingBackend.Message(bytes: unread, isWhole: false, connection: index)
    }

    mutating func read() {
        var memory = [UInt8](repeating: 0, count: 65_536)
        while !hasEnded {
            let count = recv(descriptor, &memory, memory.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                // Stale is what began before the case did; a connection between two requests is fit for the next case.
                if unread.isEmpty { isStale = false }
                unread += memory[..<count]
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                hasEnded = true
            } else if errno == EAGAIN {
                return
            }
        }
    }

    /// Takes the whole requests off what has come, and answers them.
    mutating func serve(messages: inout [RecordingBackend.Message], replies: inout [RecordingBackend.Reply]) {
        while !unread.isEmpty, !isOver, serveOne(&messages, &replies) {}
    }

    private mutating func serveOne(
        _ messages: inout [RecordingBackend.Message],
        _ replies: inout [RecordingBackend.Reply]
    ) -> Bool {
        var parser = RequestHeadParser(limits: HeadLimits(requestLine: 1 << 20, fieldCount: 2000, fieldBytes: 1 << 20))
        switch parser.parse(unread.span) {
        case .needMore: return false
        case .failed: return refuse(&messages)
        case .complete: break
        }
        let head = parser.head
        let target = String(decoding: unread[head.targetRange.range], as: UTF8.self)
        let method = String(decoding: unread[head.methodRange.range], as: UTF8.self)
        let isProbe = target == RecordingBackend.probe
        var reply: RecordingBackend.Reply?
        if !isProbe, !hasReplied, let next = replies.first { reply = next }
        var early: RecordingBackend.Reply?
        if reply?.isEarly == true {
            early = replies.removeFirst()
            reply = nil
            hasReplied = true
            send(pieces: early?.pieces ?? [])
        }
        guard let (body, length) = self.body(head) else { return refuse(&messages) }
        guard let length else {
            if head.expectsContinue, !hasSentContinue {
                hasSentContinue = true
                send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            }
            if let early { end(early.ending) }
            return false
        }
        if !isProbe, !isStale {
            messages.append(
                RecordingBackend.Message(bytes: Array(unread[..<length]), isWhole: true, body: body, connection: index)
            )
        }
        unread.removeFirst(length)
        isStale = false
        if !hasReplied {
            if reply != nil { replies.removeFirst() }
            let answer = reply ?? .init(pieces: [Self.usualAnswer(method, target, body)])
            send(pieces: answer.pieces)
            end(answer.ending)
        } else if let early {
            end(early.ending)
        }
        hasReplied = false
        hasSentContinue = false
        return true
    }

    /// The content that has come, and how long the request is with its head; nil for that while it is not complete.
    private func body(_ head: RequestHead) -> (body: [UInt8], length: Int?)? {
        var reader = BodyReader(framing: head.framing)
        var offset = head.byteCount
        var body: [UInt8] = []
        while true {
            switch reader.next(unread.span, offset: &offset) {
            case .needMore: return (body, nil)
            case .data(let range): body += unread[range.range]
            case .trailer: continue
            case .end: return (body, offset)
            case .failed: return nil
            }
        }
    }

    private mutating func refuse(_ messages: inout [RecordingBackend.Message]) -> Bool {
        if !isStale { messages.append(rest) }
        unread = []
        send(Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
        end(.close)
        return false
    }

    /// 200, and what was seen: method, target, length of the body.
    private static func usualAnswer(_ method: String, _ target: String, _ body: [UInt8]) -> [UInt8] {
        let text = "\(method) \(target) \(body.count)"
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        return Array((method == "HEAD" ? head : head + text).utf8)
    }

    private mutating func end(_ ending: RecordingBackend.Ending) {
        switch ending {
        case .stay: return
        case .close: shutdown(descriptor, Int32(SHUT_WR))
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            hasEnded = true
        }
        isOver = true
    }

    /// Sends each piece so that it comes to the peer apart from the one before.
    private func send(pieces: [[UInt8]]) {
        for (index, piece) in pieces.enumerated() {
            send(piece)
            guard index < pieces.count - 1 else { return }
            try? waitUntil("the peer's system takes it", within: 1) {
                var waiting: Int32 = 0
                return ioctl(descriptor, UInt(TIOCOUTQ), &waiting) != 0 || waiting == 0
            }
        }
    }

    /// Sends all, or as much as the peer takes within a while.
    private func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { memory in
                let rest = UnsafeRawBufferPointer(rebasing: memory[sent...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&entry, 1, 1000) > 0 else { return }
            } else if errno != EINTR {
                return
            }
        }
    }
}
