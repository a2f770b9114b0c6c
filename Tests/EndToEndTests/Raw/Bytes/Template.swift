import Foundation

/// A text of a case file in which every byte is visible: escapes, placeholders and markers; see Raw/README.md.
struct Template: Sendable {
    enum Part: Equatable, Sendable {
        case bytes([UInt8])
        /// `{{NAME}}` or `{{NAME:argument}}`.
        case placeholder(name: String, argument: String)
        /// `|~|`: what is before is sent apart from what is behind.
        case cut
        /// `|100|`: the client goes on once it has got 100 Continue.
        case awaitContinue
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    let parts: [Part]

    /// - Parameter lines: The lines of the file; what ends them is no part of the text.
    init(_ lines: [String]) throws {
        var parser = TemplateParser(text: Array(lines.joined().unicodeScalars))
        parts = try parser.parse()
    }

    /// The bytes of a text without placeholders and markers.
    static func bytes(_ text: String) throws -> [UInt8] {
        try Template([text]).parts.flatMap { part -> [UInt8] in
            guard case .bytes(let bytes) = part else {
                throw Malformed(description: "nothing but bytes can stand in “\(text)”")
            }
            return bytes
        }
    }

    /// Bytes as a case file has them.
    static func visible(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0: text += "\\0"
            case UInt8(ascii: "\t"): text += "\\t"
            case UInt8(ascii: "\n"): text += "\\n\n"
            case UInt8(ascii: "\r"): text += "\\r"
            case UInt8(ascii: "\\"): text += "\\\\"
            case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

private struct TemplateParser {
    let text: [Unicode.Scalar]
    private var position = 0
    private var parts: [Template.Part] = []
    private var bytes: [UInt8] = []

    init(text: [Unicode.Scalar]) { self.text = text }

    mutating func parse() throws -> [Template.Part] {
        while position < text.count {
            if take("|~|") {
                append(.cut)
            } else if take("|100|") {
                append(.awaitContinue)
            } else if take("{{") {
                append(try placeholder())
            } else if take("\\") {
                bytes.append(try escape())
            } else {
                bytes += Array(String(text[position]).utf8)
                position += 1
            }
        }
        flush()
        return parts
    }

    private mutating func take(_ literal: String) -> Bool {
        let scalars = Array(literal.unicodeScalars)
        guard text[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    private mutating func flush() {
        if !bytes.isEmpty { parts.append(.bytes(bytes)) }
        bytes = []
    }

    private mutating func append(_ part: Template.Part) {
        flush()
        parts.append(part)
    }

    private mutating func escape() throws -> UInt8 {
        guard position < text.count else { throw Template.Malformed(description: "a backslash at the end") }
        let scalar = text[position]
        position += 1
        switch scalar {
        case "r": return 13
        case "n": return 10
        case "t": return 9
        case "0": return 0
        case "s": return 32
        case "\\": return 92
        case "x":
            let digits = String(String.UnicodeScalarView(text[position...].prefix(2)))
            guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) else {
                throw Template.Malformed(description: "\\x\(digits) needs two hexadecimal digits")
            }
            position += 2
            return byte
        default: throw Template.Malformed(description: "there is no escape \\\(scalar)")
        }
    }

    private mutating func placeholder() throws -> Template.Part {
        var inner = ""
        while !take("}}") {
            guard position < text.count else { throw Template.Malformed(description: "a placeholder has no end") }
            inner.unicodeScalars.append(text[position])
            position += 1
        }
        let pieces = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return .placeholder(name: pieces[0], argument: pieces.count > 1 ? pieces[1] : "")
    }
}
