/// Reads field lines up to the empty line that ends them: of a request, of a response, or trailers.
struct FieldSectionReader: Sendable {
    enum Step {
        case needMore
        case field(FieldLine)
        /// The empty line was read.
        case end
        case fault(FieldFault)
    }

    private let countLimit: Int
    private let mayPadNames: Bool
    private var remainingBytes: Int
    private var count = 0
    private var scanner = LineScanner()

    /// - Parameter mayPadNames: White space between a name and its colon is removed; see ``FieldLine``.
    init(limits: HeadLimits, mayPadNames: Bool = false) {
        let limits = limits.clamped
        self.mayPadNames = mayPadNames
        countLimit = limits.fieldCount
        remainingBytes = limits.fieldBytes
    }

    /// Reads one line from `offset` on and moves `offset` past it. An unfinished line is left where it is.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>, offset: inout Int) -> Step {
        let start = offset
        // Two bytes beyond the bound, for the empty line does not count.
        switch scanner.next(bytes, from: start, limit: remainingBytes + 2) {
        case .needMore: return .needMore
        case .fault(let fault): return .fault(.line(fault))
        case .line(let end):
            offset = end + 2
            if end == start { return .end }
            guard offset - start <= remainingBytes else { return .fault(.line(.tooLong)) }
            guard count < countLimit else { return .fault(.tooManyFields) }
            remainingBytes -= offset - start
            count += 1
            switch FieldLine.read(bytes, start, end, mayPadName: mayPadNames) {
            case .line(let line): return .field(line)
            case .fault(let fault): return .fault(fault)
            }
        }
    }
}
