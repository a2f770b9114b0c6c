/// A message head taken apart in the plainest way: lines end with CRLF, a name ends at the first colon.
///
/// It is what a head that a strict parser has accepted must look like to anyone, so it knows nothing of the parser.
public struct PlainHead: Equatable {
    /// One field line.
    public struct Field: Hashable, CustomStringConvertible {
        /// The name in lower case.
        public var name: String
        /// The value without blanks around it.
        public var value: [UInt8]
        /// The line as it was, without its CRLF.
        public var line: [UInt8]

        /// The line as it goes on: without white space that is no part of the value.
        public var sent: Field {
            let written = line.prefix(name.utf8.count) + Array(":".utf8)
            if line == written + value || (!value.isEmpty && line == written + [0x20] + value) { return self }
            return Field(name: name, value: value, line: written + (value.isEmpty ? [] : [0x20]) + value)
        }

        /// The line, for messages.
        public var description: String { quoted(line) }
    }

    /// The request line or the status line.
    public var startLine: [UInt8]
    /// The field lines in their order.
    public var fields: [Field] = []

    /// Reads a whole head with the empty line that ends it, and nothing behind it. Fails on anything that is not made
    /// of CRLF lines of which all but the first have a name.
    ///
    /// - Parameter mayPadNames: White space may be between a name and its colon, as in a response (RFC 9112 §5.1).
    public init?(_ head: ArraySlice<UInt8>, mayPadNames: Bool = false) {
        guard var lines = Self.lines(head), lines.count >= 3, lines.removeLast().isEmpty, lines.removeLast().isEmpty
        else { return nil }
        startLine = Array(lines.removeFirst())
        for line in lines {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            var name = line[..<colon]
            while mayPadNames, let last = name.last, isBlank(last) { name.removeLast() }
            guard !name.isEmpty, name.allSatisfy(Self.isTokenByte) else { return nil }
            let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
            fields.append(Field(name: Self.lowercased(name), value: Array(value), line: Array(line)))
        }
    }

    /// The values of the fields of this name, given in lower case.
    public func values(_ name: String) -> [[UInt8]] { fields.filter { $0.name == name }.map(\.value) }

    /// The members of the comma-separated lists that the fields of this name have as values, in lower case.
    public func listMembers(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: UInt8(ascii: ",")) }
            .map { Self.lowercased($0.filter { $0 != 0x20 && $0 != 0x09 }) }
            .filter { !$0.isEmpty }
    }

    /// The tokens with which the members of Connection begin, in lower case, and whether any member is more than a
    /// token with parameters.
    public var connectionTokens: (names: [String], areOdd: Bool) {
        var names: [String] = []
        var areOdd = false
        for member in values("connection").flatMap({ $0.split(separator: UInt8(ascii: ",")) }) {
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let text = member.drop(while: isBlank)
            let token = text.prefix(while: Self.isTokenByte)
            let rest = text[token.endIndex...].drop(while: isBlank)
            if !token.isEmpty { names.append(Self.lowercased(token)) }
            if let first = rest.first, first != UInt8(ascii: ";") { areOdd = true }
        }
        return (names, areOdd)
    }

    /// The start line at its first `count - 1` spaces.
    public func startLineParts(_ count: Int) -> [[UInt8]] {
        startLine.split(separator: 0x20, maxSplits: count - 1, omittingEmptySubsequences: false).map(Array.init)
    }

    /// The pieces between CRLFs; `nil` when there is another CR, LF or NUL.
    private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var lines: [ArraySlice<UInt8>] = []
        for var line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.endIndex < bytes.endIndex {
                guard line.last == 0x0D else { return nil }
                line.removeLast()
            }
            guard !line.contains(0x0D), !line.contains(0) else { return nil }
            lines.append(line)
        }
        return lines
    }

    private static func lowercased(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether a byte is a tchar (RFC 9110 §5.6.2).
    public static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
