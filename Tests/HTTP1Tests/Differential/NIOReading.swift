import HTTP1
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What NIOHTTP1, and so llhttp, makes of the first message in some bytes.
struct NIOReading {
    var message: Reading?
    /// Why it read no further.
    var error: (any Error)?

    static func request(_ bytes: [UInt8]) -> NIOReading {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        var reading = NIOReading()
        reading.feed(bytes, to: channel)
        reading.collect {
            switch try channel.readInbound(as: HTTPServerRequestPart.self) {
            case .head(let head):
                return .head(
                    Reading(
                        subject: head.method.rawValue,
                        target: head.uri,
                        minorVersion: head.version.minor,
                        fields: fields(head.headers)
                    )
                )
            case .body(let buffer): return .body(Array(buffer.readableBytesView))
            case .end(let trailers): return .end(trailers.map(fields) ?? [])
            case nil: return nil
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return reading
    }

    static func response(_ bytes: [UInt8], method: HTTPMethod) -> NIOReading {
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward)
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(decoder))
        var reading = NIOReading()
        do {
            let request = HTTPRequestHead(version: .http1_1, method: method, uri: "/")
            try channel.writeOutbound(HTTPClientRequestPart.head(request))
        } catch { reading.error = error }
        reading.feed(bytes, to: channel)
        reading.collect {
            switch try channel.readInbound(as: HTTPClientResponsePart.self) {
            case .head(let head):
                return .head(
                    Reading(
                        subject: String(head.status.code),
                        minorVersion: head.version.minor,
                        fields: fields(head.headers)
                    )
                )
            case .body(let buffer): return .body(Array(buffer.readableBytesView))
            case .end(let trailers): return .end(trailers.map(fields) ?? [])
            case nil: return nil
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return reading
    }

    private enum Part {
        case head(Reading)
        case body([UInt8])
        case end([Field])
    }

    private mutating func feed(_ bytes: [UInt8], to channel: EmbeddedChannel) {
        do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch { self.error = error }
    }

    /// Gathers the parts of the first message.
    private mutating func collect(_ next: () throws -> Part?) {
        do {
            while let part = try next() {
                switch part {
                case .head(let head):
                    message = head
                    // NIO tells no end of an informational response, as it has none but its head's.
                    if head.isInformational {
                        message?.isWhole = true
                        return
                    }
                case .body(let bytes): message?.body += bytes
                case .end(let trailers):
                    message?.trailers = trailers
                    message?.isWhole = true
                    return
                }
            }
        } catch { self.error = error }
    }

    private static func fields(_ headers: HTTPHeaders) -> [Field] {
        // NIO leaves whitespace behind a value.
        headers.map { Field($0.name, String($0.value.reversed().drop { $0 == " " || $0 == "\t" }.reversed())) }
    }
}
