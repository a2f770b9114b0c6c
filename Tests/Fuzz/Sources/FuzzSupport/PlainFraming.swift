/// How a body is framed, by the plainest reading of a head's fields (RFC 9112 §6.3).
public enum PlainFraming: Equatable {
    /// Neither Content-Length nor Transfer-Encoding.
    case unsaid
    /// One Content-Length.
    case length(UInt64)
    /// One Transfer-Encoding, which is `chunked`.
    case chunked

    /// Reads the fields; fails on every combination that has two readings.
    ///
    /// - Parameter mayRepeatLength: A length may be said again, in a list or in another line, as in a response.
    public init?(_ head: PlainHead, mayRepeatLength: Bool = false) {
        var lengths = head.values("content-length")
        // A line that says no length at all is one of its own kind.
        if lengths.contains(where: { !$0.contains { (0x30...0x39).contains($0) } }) { return nil }
        if mayRepeatLength, !lengths.isEmpty {
            let members = head.listMembers("content-length")
            let values = Set(lengths.joined().contains(0x2C) || lengths.count > 1 ? members.map { Int64($0) } : [0])
            guard values.count == 1, !values.contains(nil) else { return nil }
            let isListed = lengths.joined().contains(0x2C) || lengths.count > 1
            // Blanks within a number make none of it, and `listMembers` takes them out.
            let parts = lengths.flatMap { $0.split(separator: 0x2C) }
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let trimmed = parts.map { Array($0.drop(while: isBlank).reversed().drop(while: isBlank).reversed()) }
            guard !isListed || trimmed.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
            if isListed { lengths = [Array(members[0].utf8)] }
        }
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
