import GatewayConfig
import Glibc
import HTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

@Suite("The gate of HTTP/2 connections")
struct HTTP2GateTests {
    private struct Broken: Error {}

    private static let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 2]

    /// A gate, and what it sends.
    private struct Fixture {
        let gate = HTTP2Gate(HTTP2Limits(LimitsConfiguration()))
        let channel: EmbeddedChannel

        init() throws {
            channel = EmbeddedChannel()
            try channel.pipeline.syncOperations.addHandler(gate)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func write(_ bytes: [UInt8]) -> EventLoopFuture<Void> {
            channel.writeAndFlush(IOData.byteBuffer(ByteBuffer(bytes: bytes)))
        }

        func sent() throws -> [UInt8] {
            channel.embeddedEventLoop.run()
            var all: [UInt8] = []
            while case .byteBuffer(let bytes)? = try channel.readOutbound(as: IOData.self) {
                all += Array(bytes.readableBytesView)
            }
            return all
        }
    }

    private static func headers(_ stream: UInt32) -> [UInt8] {
        FrameHeader(length: 1, kind: FrameHeader.Kind.headers, flags: 5, stream: stream).bytes + [0x88]
    }

    @Test func announcedSectionsGoInTheirOrder() throws {
        let fixture = try Fixture()
        for (stream, value) in [(UInt32(1), "a"), (3, "b"), (1, "c")] {
            var section = FieldSection()
            section.add(name: Array("x".utf8), value: Array(value.utf8))
            fixture.gate.announce(section, on: stream)
        }
        for stream in [UInt32(1), 1, 3] { _ = fixture.write(Self.headers(stream)) }
        var decoder = FieldSectionDecoder()
        var values: [String] = []
        let bytes = try fixture.sent()
        var offset = 0
        while let header = FrameHeader(bytes.span, at: offset) {
            offset += FrameHeader.byteCount
            decoder.begin(limit: 1000)
            try decoder.decode(Array(bytes[offset..<offset + header.length]).span)
            values.append(String(decoding: try decoder.finish().value(at: 0), as: UTF8.self))
            offset += header.length
        }
        #expect(values == ["a", "c", "b"])
    }

    /// The client would take DATA behind it for something else.
    @Test func aHeadThatCannotBeWrittenEndsTheConnection() throws {
        let fixture = try Fixture()
        let write = fixture.write(Self.headers(1))
        let data = fixture.write(FrameHeader(length: 0, kind: 0, flags: 1, stream: 1).bytes)
        #expect(try fixture.sent() == Self.goAway)
        #expect(throws: ChannelError.self) { try write.wait() }
        #expect(throws: ChannelError.self) { try data.wait() }
        #expect(fixture.gate.hasFailed)
    }

    @Test func aWriteThatFailsEndsTheConnection() throws {
        let fixture = try Fixture()
        fixture.gate.writeFailed(Broken(), on: 1)
        let data = fixture.write(FrameHeader(length: 0, kind: 0, flags: 1, stream: 3).bytes)
        #expect(try fixture.sent() == Self.goAway)
        #expect(throws: ChannelError.self) { try data.wait() }
        #expect(throws: HTTP2WriteFailure.self) { try fixture.channel.throwIfErrorCaught() }
    }

    @Test(arguments: [ChannelError.ioOnClosedChannel, IOError(errnoCode: EPIPE, reason: "write")] as [any Error])
    func aWriteOnWhatIsClosedDoesNot(error: any Error) throws {
        let fixture = try Fixture()
        fixture.gate.writeFailed(error, on: 1)
        #expect(try fixture.sent().isEmpty)
        #expect(!fixture.gate.hasFailed)
    }

    @Test func failuresAreNamed() throws {
        let failure = try #require(HTTP2WriteFailure(Broken()))
        #expect(HTTP2Failure(failure) == .write)
        #expect(HTTP2Failure.reason(of: failure) == "Broken")
    }
}
