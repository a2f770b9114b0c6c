import GatewayConfig
import HTTP2
import NIOCore
import NIOHTTP2

/// The settings of connections of HTTP/2.
struct HTTP2Limits: Sendable {
    let connection: NIOHTTP2Handler.ConnectionConfiguration
    let stream: NIOHTTP2Handler.StreamConfiguration
    /// How large a header section may be, as RFC 9113 §6.5.2 counts it.
    let sectionLimit: Int
    /// How many CONTINUATION frames a header section may have.
    let continuationLimit: Int

    /// What a stream may send before it is taken, in bytes: no more than is kept of a body anyway.
    private static let streamWindow = 64 << 10
    /// The same of all streams together.
    private static let connectionWindow = 1 << 20

    init(_ limits: LimitsConfiguration) {
        let http2 = limits.http2
        let window = TimeAmount(http2.window)
        // As large as a head may be that HTTP/1.1 would take, so that one that is larger would get the same answer.
        let headerList = limits.headerBytes + limits.requestLine + limits.headerFields * FieldSection.fieldOverhead
        sectionLimit = headerList
        continuationLimit = http2.continuationFrames
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: http2.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerList),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.streamWindow),
            HTTP2Setting(parameter: .enableConnectProtocol, value: 0),
        ]
        // Both are checked here, so that what is wrong is answered and recorded as it is in HTTP/1.1.
        connection.headerBlockValidation = .disabled
        connection.contentLengthValidation = .disabled
        connection.maximumSequentialEmptyDataFrames = http2.emptyDataFrames
        connection.maximumSequentialContinuationFrames = http2.continuationFrames
        connection.maximumBufferedControlFrames = http2.controlFrames
        connection.controlFrameRateLimit.maximumCount = http2.controlFrames
        connection.controlFrameRateLimit.windowLength = window
        connection.maximumConnectionGlitches = http2.streamErrors
        // Frames of streams that were reset may be under way still.
        connection.maximumRecentlyResetStreams = max(http2.streams, 32) * 2
        connection.targetWindowSize = Self.connectionWindow
        self.connection = connection
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = Self.streamWindow
        // Nothing more is read from the backend while the client doesn't take what is there.
        stream.outboundBufferSizeHighWatermark = 2
        stream.outboundBufferSizeLowWatermark = 1
        stream.streamResetFrameRateLimit.maximumCount = http2.resets
        stream.streamResetFrameRateLimit.windowLength = window
        stream.streamErrorRateLimit.maximumCount = http2.streamErrors
        stream.streamErrorRateLimit.windowLength = window
        self.stream = stream
    }
}
