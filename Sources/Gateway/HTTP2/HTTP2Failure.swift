import NIOCore
import NIOHPACK
import NIOHTTP2

/// Why a connection of HTTP/2 was ended for what its client did.
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
    /// A header section that is larger than is allowed.
    case headerList = "header_list"
    /// More streams at a time than are allowed.
    case streams
    /// It doesn't begin as connections of HTTP/2 do.
    case preface
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
        case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock, is NIOHPACKErrors.MaxHeaderListSizeViolation:
            self = .headerList
        case is NIOHTTP2Errors.MaxStreamsViolation: self = .streams
        case is NIOHTTP2Errors.BadClientMagic, is NIOHTTP2Errors.MissingPreface: self = .preface
        default: self = .protocolError
        }
    }

    /// The name of what the library says.
    static func reason(of error: any Error) -> String {
        let name = "\(type(of: error))"
        return name.split(separator: ".").last.map(String.init) ?? name
    }
}
