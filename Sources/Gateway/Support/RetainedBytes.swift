import NIOCore

/// The memory that values keep allocated, whatever part of it is used, for ``ByteBudget``.
enum RetainedBytes {
    /// The header of an allocated array or box: type, reference count, count and capacity.
    static let header = 32

    /// The memory of an array whose elements hold no further memory.
    static func of<Element>(_ array: [Element]) -> Int {
        array.capacity == 0 ? 0 : header + array.capacity * MemoryLayout<Element>.stride
    }

    /// The memory of an array of bytes, if there is one.
    static func of(_ array: [UInt8]?) -> Int { array.map { of($0) } ?? 0 }

    /// The memory of a text; short ones lie in the value itself.
    static func of(_ text: String?) -> Int {
        guard let count = text?.utf8.count, count > inlineText else { return 0 }
        return header + count
    }

    /// The memory of a buffer, which others may share.
    static func of(_ buffer: ByteBuffer) -> Int { buffer.capacity == 0 ? 0 : header + buffer.capacity }

    private static let inlineText = 15
}
