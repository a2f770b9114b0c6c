/// The beginning of a frame (RFC 9113 §4.1).
public struct FrameHeader: Equatable, Sendable {
    /// How many bytes it has.
    public static let byteCount = 9
    /// The largest payload that every peer takes (RFC 9113 §4.2).
    public static let largestPayload = 16 << 10

    /// The kinds of frames that somebody asks for.
    public enum Kind {
        /// DATA.
        public static let data: UInt8 = 0
        /// HEADERS.
        public static let headers: UInt8 = 1
        /// SETTINGS.
        public static let settings: UInt8 = 4
        /// PING.
        public static let ping: UInt8 = 6
        /// GOAWAY.
        public static let goAway: UInt8 = 7
        /// CONTINUATION.
        public static let continuation: UInt8 = 9
    }

    /// The flags that somebody asks for.
    public enum Flag {
        /// END_STREAM.
        public static let endStream: UInt8 = 0x1
        /// ACK.
        public static let acknowledgement: UInt8 = 0x1
        /// END_HEADERS.
        public static let endHeaders: UInt8 = 0x4
        /// PADDED.
        public static let padded: UInt8 = 0x8
        /// PRIORITY.
        public static let priority: UInt8 = 0x20
    }

    /// How many bytes come behind it.
    public var length: Int
    /// One of ``Kind``, or another.
    public var kind: UInt8
    /// Those of ``Flag``, and others.
    public var flags: UInt8
    /// Its stream; 0 for the connection.
    public var stream: UInt32

    /// Makes a header.
    public init(length: Int, kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0) {
        self.length = length
        self.kind = kind
        self.flags = flags
        self.stream = stream
    }

    /// Reads the header that begins at an offset; nil when it isn't there as a whole.
    public init?(_ bytes: Span<UInt8>, at offset: Int) {
        guard bytes.count - offset >= Self.byteCount else { return nil }
        func integer(_ start: Int, _ count: Int) -> UInt32 {
            var value: UInt32 = 0
            for index in start..<start + count { value = value << 8 | UInt32(bytes[offset + index]) }
            return value
        }
        length = Int(integer(0, 3))
        kind = bytes[offset + 3]
        flags = bytes[offset + 4]
        // The highest bit is reserved.
        stream = integer(5, 4) & 0x7FFF_FFFF
    }

    /// Whether a flag is set.
    public func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// Its bytes.
    public var bytes: [UInt8] {
        [
            UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
            UInt8(truncatingIfNeeded: length), kind, flags, UInt8(truncatingIfNeeded: stream >> 24),
            UInt8(truncatingIfNeeded: stream >> 16), UInt8(truncatingIfNeeded: stream >> 8),
            UInt8(truncatingIfNeeded: stream),
        ]
    }

    /// Writes a header section as HEADERS and as many CONTINUATION frames as it takes (RFC 9113 §4.3).
    public static func frames(ofSection block: [UInt8], stream: UInt32, endsStream: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(block.count + (block.count / largestPayload + 1) * byteCount)
        var start = 0
        repeat {
            let end = min(block.count, start + largestPayload)
            let isFirst = start == 0
            out +=
                FrameHeader(
                    length: end - start,
                    kind: isFirst ? Kind.headers : Kind.continuation,
                    flags: (isFirst && endsStream ? Flag.endStream : 0) | (end == block.count ? Flag.endHeaders : 0),
                    stream: stream
                ).bytes
            out += block[start..<end]
            start = end
        } while start < block.count
        return out
    }
}
