import Glibc

/// A descriptor that is open already, to which whole lines are written, however slowly they are taken.
package struct DescriptorOutput: MirrorOutput {
    private let descriptor: Int32
    private let turn: OutputTurn
    package private(set) var problem = ""

    /// About so much is written before others have their turn.
    private static let piece = 64 << 10

    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
        turn = OutputTurn.of(descriptor)
    }

    /// Writes lines; gives those that couldn't be written, from the first that isn't there as a whole.
    package mutating func write(_ lines: [UInt8]) -> ArraySlice<UInt8> {
        var rest = lines[...]
        while !rest.isEmpty {
            let end = Self.pieceEnd(of: rest)
            turn.take()
            let unwritten = writePiece(rest[..<end])
            turn.give()
            guard unwritten.isEmpty else { return rest[Self.lineStart(in: rest, before: unwritten.startIndex)...] }
            rest = rest[end...]
        }
        return []
    }

    /// Where a piece ends: with a line.
    private static func pieceEnd(of rest: ArraySlice<UInt8>) -> Int {
        guard rest.count > piece else { return rest.endIndex }
        let limit = rest.startIndex + piece
        if let last = rest[..<limit].lastIndex(of: 0x0A) { return last + 1 }
        return rest[limit...].firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
    }

    private static func lineStart(in rest: ArraySlice<UInt8>, before index: Int) -> Int {
        rest[..<index].lastIndex(of: 0x0A).map { $0 + 1 } ?? rest.startIndex
    }

    /// Writes whole lines while it has the turn; gives the bytes that couldn't be written.
    private mutating func writePiece(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // What somebody could not finish must not run into these.
        if turn.endsMidLine {
            guard writeAll([0x0A]).isEmpty else { return piece }
            turn.endsMidLine = false
        }
        let unwritten = writeAll(piece)
        if unwritten.startIndex > piece.startIndex, !unwritten.isEmpty {
            turn.endsMidLine = piece[unwritten.startIndex - 1] != 0x0A
        }
        return unwritten
    }

    private mutating func writeAll(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                // Somebody has made it non-blocking; this thread may wait.
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                Glibc.poll(&poll, 1, 1000)
            } else if count >= 0 || errno != EINTR {
                problem = String(cString: strerror(errno))
                break
            }
        }
        return rest
    }
}
