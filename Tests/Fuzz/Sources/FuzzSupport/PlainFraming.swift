/// How a body is framed, by the plainest reading of a head's fields (RFC 9112 §6.3).
public enum PlainFraming: Equatable {
    /// Neither Content-Length nor Transfer-Encoding.
    case unsaid
    /// One Content-Length.
    case length(UInt64)
    /// One Transfer-Encoding, which is `chunked`.
    case chunked

    /// Reads the fields; fails on every combination that has two readings.
    public init?(_ head: PlainHead) {
        let lengths = head.values("content-length")
        let codings = head.values("transfer-encoding")
        switch (lengths.count, codings.count) {
        case (0, 0): self = .unsaid
        case (1, 0):
            let digits = lengths[0]
            guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let length = UInt64(String(decoding: digits, as: UTF8.self)), length <= UInt64(Int64.max)
            else { return nil }
            self = .length(length)
        case (0, 1):
            guard head.listMembers("transfer-encoding") == ["chunked"] else { return nil }
            self = .chunked
        default: return nil
        }
    }
}
