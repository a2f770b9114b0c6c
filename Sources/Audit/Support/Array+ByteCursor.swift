extension [UInt8] {
    /// Appends what is written through a cursor, `room` bytes at most.
    @inline(__always)
    mutating func write(room: Int, _ body: (inout ByteCursor) -> Void) {
        append(addingCapacity: room) { output in
            output.withUnsafeMutableBufferPointer { memory, count in
                var cursor = ByteCursor(UnsafeMutableRawBufferPointer(memory))
                body(&cursor)
                count = cursor.count
            }
        }
    }
}
