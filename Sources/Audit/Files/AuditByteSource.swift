import CAudit
import Glibc

/// The bytes of a file or a stream, decompressed when they are gzip (RFC 1952), whatever the file's name says.
///
/// Not thread-safe.
final class AuditByteSource {
    /// A failure to read, in words.
    struct Failure: Error {
        let reason: String

        static let damaged = Failure(reason: "the compressed data is damaged or cut off")
    }

    let descriptor: Int32
    private let input: UnsafeMutableRawBufferPointer
    private var inputStart = 0
    private var inputEnd = 0
    /// Nil for what isn't compressed.
    private var stream: UnsafeMutablePointer<z_stream>?
    /// The last gzip member has ended, and no other has begun.
    private var isBetweenMembers = false

    private static let inputLength = 256 << 10
    private static let gzip: [UInt8] = [0x1F, 0x8B]
    /// What other programs' compressed files begin with, and what decompresses them.
    private static let others: [(magic: [UInt8], program: String)] = [
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd -d"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz -d"),
        ([0x42, 0x5A, 0x68], "bzip2 -d"), ([0x04, 0x22, 0x4D, 0x18], "lz4 -d"), ([0x1F, 0x9D], "uncompress"),
        ([0x4C, 0x5A, 0x49, 0x50], "lzip -d"), ([0x50, 0x4B, 0x03, 0x04], "unzip"),
        ([0x37, 0x7A, 0xBC, 0xAF], "7z x"), ([0x89, 0x4C, 0x5A, 0x4F], "lzop -d"),
    ]

    var isCompressed: Bool { stream != nil }

    /// Takes a descriptor over, and looks at the first bytes that it gives.
    ///
    /// - Parameter isNamedGzip: The name says that it is compressed, so that it has to be, or be plain lines of JSON.
    init(_ descriptor: Int32, isNamedGzip: Bool) throws(Failure) {
        self.descriptor = descriptor
        input = .allocate(byteCount: Self.inputLength, alignment: 64)
        while inputEnd < 8 {
            let count = try Self.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...]))
            if count == 0 { break }
            inputEnd += count
        }
        let start = input[..<inputEnd]
        if let other = Self.others.first(where: { start.starts(with: $0.magic) }) {
            throw Failure(
                reason: "its compression is not one that is read here; decompress it first (\(other.program))"
            )
        }
        if start.starts(with: Self.gzip) {
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            guard scopegate_inflate_begin(stream) != 0 else {
                stream.deallocate()
                throw Failure(reason: "not enough memory")
            }
            self.stream = stream
        } else if isNamedGzip, start.first != UInt8(ascii: "{") {
            throw .damaged
        }
    }

    deinit {
        close(descriptor)
        input.deallocate()
        if let stream {
            inflateEnd(stream)
            stream.deallocate()
        }
    }

    /// Goes to a place of a file that isn't compressed.
    func seek(to offset: UInt64) throws(Failure) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw Failure(reason: String(cString: strerror(errno)))
        }
        inputStart = 0
        inputEnd = 0
    }

    /// Gives the next bytes, at least one; 0 at the end.
    func read(into room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard let stream else {
            guard inputStart < inputEnd else { return try Self.read(descriptor, room) }
            let count = min(room.count, inputEnd - inputStart)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputStart + count]))
            inputStart += count
            return count
        }
        return try inflate(stream, into: room)
    }

    private func inflate(
        _ stream: UnsafeMutablePointer<z_stream>,
        into room: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Int {
        while true {
            if inputStart == inputEnd {
                inputEnd = try Self.read(descriptor, input)
                inputStart = 0
                guard inputEnd > 0 else {
                    if isBetweenMembers { return 0 }
                    throw .damaged
                }
            }
            if isBetweenMembers {
                // What follows a member is another one, or damage that zlib's own file layer would pass over.
                guard inflateReset(stream) == Z_OK else { throw .damaged }
                isBetweenMembers = false
            }
            stream.pointee.next_in = input.baseAddress?.advanced(by: inputStart).assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_in = UInt32(inputEnd - inputStart)
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = UInt32(clamping: room.count)
            let code = CAudit.inflate(stream, Z_NO_FLUSH)
            let produced = Int(UInt32(clamping: room.count) - stream.pointee.avail_out)
            inputStart = inputEnd - Int(stream.pointee.avail_in)
            switch code {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK: break
            case Z_BUF_ERROR where inputStart == inputEnd: break
            case Z_MEM_ERROR: throw Failure(reason: "not enough memory")
            default: throw .damaged
            }
            if produced > 0 { return produced }
        }
    }

    private static func read(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        while true {
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw Failure(reason: String(cString: strerror(errno))) }
        }
    }
}
