import Glibc

/// What went wrong on a test's own side of a connection.
struct PeerError: Error, CustomStringConvertible {
    let description: String
}

/// The server's side of one connection, used by the thread that runs its script. Calls block, ten seconds at most.
final class Peer: Sendable {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// What comes next, at most so many bytes; empty at the end of the stream.
    func read(atMost limit: Int = 64 << 10) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        // A client that goes away amid an answer resets the connection.
        if count < 0, errno == ECONNRESET { return [] }
        guard count >= 0 else { throw PeerError(description: "recv: errno \(errno)") }
        return Array(bytes[..<count])
    }

    func read(exactly count: Int, inPiecesOf piece: Int = 64 << 10) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(atMost: min(piece, count - bytes.count))
            guard !more.isEmpty else { throw PeerError(description: "the stream ended at \(bytes.count) of \(count)") }
            bytes += more
        }
        return bytes
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw PeerError(description: "send: errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until the client has closed its side, whichever way.
    func waitForEnd() {
        while let bytes = try? read(), !bytes.isEmpty {}
    }

    /// No more will be sent.
    func endStream() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close that follows a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: HTTP

    /// The next request, with a body as long as its Content-Length says; nil at the end of the stream.
    func readRequest() throws -> HTTPText? {
        var bytes: [UInt8] = []
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = bytes.firstRange(of: mark)?.upperBound {
                var request = HTTPText(head: String(decoding: bytes[..<end], as: UTF8.self), body: Array(bytes[end...]))
                let length = request.field("content-length").flatMap { Int($0) } ?? 0
                if request.body.count < length { request.body += try read(exactly: length - request.body.count) }
                return request
            }
            let more = try read()
            guard !more.isEmpty else { return nil }
            bytes += more
        }
    }

    /// Answers with a body and its length.
    func answer(_ status: String, fields: [String] = [], body: some Collection<UInt8>) throws {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
        try write(Array(lines.map { "\($0)\r\n" }.joined().utf8) + Array("\r\n".utf8) + Array(body))
    }
}

/// A request as it came.
struct HTTPText: Sendable {
    let head: String
    var body: [UInt8]

    var requestLine: String { head.split(separator: "\r\n").first.map(String.init) ?? "" }

    /// The value of a field by its name in lower case, if there is exactly one.
    func field(_ name: String) -> String? {
        let values = head.split(separator: "\r\n").dropFirst().compactMap { line -> String? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
        return values.count == 1 ? values[0] : nil
    }
}
