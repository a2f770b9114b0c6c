import Foundation
import SimpleHTTP

/// multipart/form-data bodies (RFC 7578, RFC 2046 §5.1.1).
enum MultipartForm {
    struct Part {
        var name: String
        var contentType: String?
        var bytes: [UInt8]
    }

    /// The `boundary` parameter of a Content-Type; nil if there is none of 1 to 70 characters (RFC 2046 §5.1.1).
    static func boundary(contentType: String) -> String? {
        parameter("boundary", of: contentType).flatMap { (1...70).contains($0.utf8.count) ? $0 : nil }
    }

    /// The parts of a body that have a name; nil if the body is malformed or has more than 100 parts.
    static func parse(_ body: [UInt8], boundary: String) -> [Part]? {
        let delimiter = Data("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the very beginning; with a CRLF before it, it is like all others.
        let data = Data("\r\n".utf8) + Data(body)
        guard var position = data.range(of: delimiter)?.upperBound else { return nil }
        var parts: [Part] = []
        while !data[position...].starts(with: Data("--".utf8)) {
            guard data[position...].starts(with: Data("\r\n".utf8)), parts.count < 100,
                let end = data.range(of: delimiter, in: position..<data.endIndex),
                let blankLine = data.range(of: Data("\r\n\r\n".utf8), in: position..<end.lowerBound),
                let part = part(
                    head: data[position..<blankLine.lowerBound],
                    data[blankLine.upperBound..<end.lowerBound]
                )
            else { return nil }
            parts.append(part)
            position = end.upperBound
        }
        return parts
    }

    private static func part(head: Data, _ bytes: Data) -> Part? {
        var name: String?
        var contentType: String?
        for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            if equalIgnoringASCIICase(line[..<colon], "Content-Disposition") {
                name = parameter("name", of: String(value))
            } else if equalIgnoringASCIICase(line[..<colon], "Content-Type") {
                contentType = String(value)
            }
        }
        return name.map { Part(name: $0, contentType: contentType, bytes: Array(bytes)) }
    }

    /// A parameter of a field value, quoted or not; a semicolon within quotes is not understood.
    private static func parameter(_ name: String, of value: String) -> String? {
        for parameter in value.split(separator: ";").dropFirst() {
            let trimmed = parameter.drop { $0 == " " }
            guard let equals = trimmed.firstIndex(of: "="), equalIgnoringASCIICase(trimmed[..<equals], name)
            else { continue }
            let text = trimmed[trimmed.index(after: equals)...]
            return text.first == "\"" ? String(text.dropFirst().prefix { $0 != "\"" }) : String(text)
        }
        return nil
    }
}
