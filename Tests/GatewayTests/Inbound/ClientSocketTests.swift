import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

@Suite struct ClientSocketTests {
    /// Two sockets of this process that are connected with each other.
    private final class Pair {
        let gateway: Int32
        private(set) var client: Int32

        init() throws {
            var descriptors: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors) == 0)
            gateway = descriptors[0]
            client = descriptors[1]
        }

        deinit {
            close(gateway)
            leave()
        }

        func leave() {
            if client >= 0 { close(client) }
            client = -1
        }

        func received() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = recv(client, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return Array(bytes.prefix(max(0, count)))
        }
    }

    @Test func whatFitsIsSentAtOnce() throws {
        let pair = try Pair()
        var socket = ClientSocket(descriptor: pair.gateway)
        let sent = socket.send(ByteBuffer(string: "answer"), before: EmbeddedChannel())
        #expect(sent == 6)
        #expect(pair.received() == Array("answer".utf8))
    }

    @Test func whatDoesNotFitIsLeft() throws {
        let pair = try Pair()
        var socket = ClientSocket(descriptor: pair.gateway)
        let large = ByteBuffer(repeating: 0x61, count: 4 << 20)
        let sent = socket.send(large, before: EmbeddedChannel())
        #expect(0 < sent && sent < large.readableBytes)
        #expect(socket.send(large, before: EmbeddedChannel()) == 0)
    }

    /// Nothing overtakes what the channel holds; once that is gone, the way is free again.
    @Test func nothingOvertakesTheQueue() throws {
        let pair = try Pair()
        let channel = EmbeddedChannel()
        var socket = ClientSocket(descriptor: pair.gateway)
        channel.write(ByteBuffer(string: "first"), promise: nil)
        socket.queue()
        #expect(socket.send(ByteBuffer(string: "second"), before: channel) == 0)
        #expect(pair.received().isEmpty && socket.mayBeQueued)
        channel.flush()
        #expect(socket.send(ByteBuffer(string: "second"), before: channel) == 6)
        #expect(pair.received() == Array("second".utf8) && !socket.mayBeQueued)
        _ = try channel.finish()
    }

    /// It is for the channel to find out, and to close.
    @Test func aBrokenConnectionTakesNothing() throws {
        let pair = try Pair()
        var socket = ClientSocket(descriptor: pair.gateway)
        pair.leave()
        #expect(socket.send(ByteBuffer(string: "answer"), before: EmbeddedChannel()) == 0)
    }

    @Test func aChannelWithoutASocketHasNone() throws {
        let channel = EmbeddedChannel()
        let name = "probe"
        try channel.pipeline.syncOperations.addHandler(Probe(), name: name)
        #expect(try ClientSocket(of: channel.pipeline.syncOperations.context(name: name)) == nil)
        _ = try channel.finish()
    }

    private final class Probe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
    }
}
