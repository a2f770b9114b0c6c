import NIOCore
import NIOHTTP2
import NIOSSL

/// Why a connection of HTTP/2 was ended before its time.
enum HTTP2Failure: String, CaseIterable {
    /// More streams were reset than are allowed (CVE-2023-44487).
    case resets
    /// There were more errors on streams than are allowed.
    case streamErrors = "stream_errors"
    /// More control frames than are allowed came, or than their answers could be sent.
    case controlFrames = "control_frames"
    /// More empty DATA frames than are allowed.
    case emptyDataFrames = "empty_data_frames"
    /// More CONTINUATION frames than are allowed.
    case continuationFrames = "continuation_frames"
    /// More streams at a time than are allowed.
    case streams
    /// It doesn't begin as connections of HTTP/2 do.
    case preface
    /// A frame of the gateway's own couldn't be written, so that what the client has of the connection isn't whole.
    case write
    /// Another breach of the protocol.
    case protocolError = "protocol"

    init(_ error: any Error) {
        switch error {
        case is NIOHTTP2Errors.ExcessiveRSTFrames: self = .resets
        case is NIOHTTP2Errors.ExcessiveStreamErrors, is NIOHTTP2Errors.ExcessiveNumberOfGlitches: self = .streamErrors
        case is NIOHTTP2Errors.ExcessiveControlFrames, is NIOHTTP2Errors.ExcessiveOutboundFrameBuffering:
            self = .controlFrames
        case is NIOHTTP2Errors.ExcessiveEmptyDataFrames: self = .emptyDataFrames
        case is NIOHTTP2Errors.ExcessiveContinuationFrames: self = .continuationFrames
        case is NIOHTTP2Errors.MaxStreamsViolation: self = .streams
        case is NIOHTTP2Errors.BadClientMagic, is NIOHTTP2Errors.MissingPreface: self = .preface
        case is HTTP2WriteFailure: self = .write
        default: self = .protocolError
        }
    }

    /// The name of what the library says.
    static func reason(of error: any Error) -> String {
        let name = "\(type(of: (error as? HTTP2WriteFailure)?.cause ?? error))"
        return name.split(separator: ".").last.map(String.init) ?? name
    }
}

/// A frame that could not be written, though its stream was open.
struct HTTP2WriteFailure: Error {
    let cause: any Error

    /// - Parameter error: What became of a write. The result is nil when the stream or the connection was closed,
    ///   mostly by the client: of a failure of what is below, the channel closes by itself.
    init?(_ error: any Error) {
        switch error {
        case is ChannelError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream: return nil
        case is IOError, is NIOSSLError, is BoringSSLError: return nil
        default: cause = error
        }
    }
}
