import Foundation
import Testing

/// One case of the raw-bytes suite: what is sent, and what the client and the backend get. Raw/README.md tells the
/// form of the files.
struct RawCase: Sendable, CustomTestStringConvertible {
    struct Response: Sendable {
        var status: Int
        /// `error.code`; nil for an answer that isn't the gateway's own.
        var code: String?
        var isToHead = false
        var interim: [Int] = []
        var has: [(name: String, value: String)] = []
        var lacks: [String] = []
        var body: [UInt8]?
    }

    /// What becomes of the client's connection after the responses.
    enum End: String, Sendable {
        /// The next request on it is answered.
        case open
        /// It ends in order.
        case close
        /// It ends in the midst of a response.
        case cut
    }

    enum Backend: Sendable {
        case nothing
        /// These bytes, in whole requests.
        case bytes(Template)
        /// At most a beginning of these bytes; whatever follows the last whole request is not one.
        case incomplete(Template)
    }

    struct Reply: Sendable {
        var template: Template
        /// It is sent when the head has come, not when the request is complete.
        var isEarly: Bool
        var ending: RecordingBackend.Ending
    }

    /// `category/name`.
    let path: String
    let header: [String: [String]]
    let send: Template
    let client: [Response]
    let end: End
    let backend: Backend
    let replies: [Reply]

    var category: String { String(path.prefix { $0 != "/" }) }
    var title: String { header["title"]?.first ?? "" }
    var reference: String { header["reference"]?.first ?? "" }
    /// Lines of scopegate.yaml, and lines of its upstream section.
    var config: GatewayVariant {
        GatewayVariant(lines: header["config"] ?? [], upstreamLines: header["config-upstream"] ?? [])
    }
    /// The client ends its side of the connection once all is sent.
    var halfCloses: Bool { header["after-send"]?.first == "half-close" }
    /// It is sent as it is cut by markers only; otherwise it is also sent byte by byte.
    var isSentWhole: Bool { header["pieces"]?.first == "whole" }
    /// Why it is left out of the comparison with plain proxies; nil when it isn't.
    var notCompared: String? { header["compare"]?.first }
    /// Valid, or tolerated by the RFCs, but read in two ways by servers: counted apart from what is malformed.
    var isAmbiguous: Bool { header["ambiguous"] != nil }
    var testDescription: String { "\(path): \(title)" }

    init(path: String, text: String) throws {
        self.path = path
        let file = try RawCaseFile(text)
        header = file.header
        for name in ["title", "reference"] where file.header[name]?.count != 1 {
            throw Template.Malformed(description: "\(path) has no \(name)")
        }
        send = try Template(file.lines("send"))
        (client, end) = try RawCaseFile.client(file.lines("client"))
        let lines = try file.lines("backend")
        backend =
            switch lines.first {
            case "nothing" where lines.count == 1: .nothing
            case "incomplete": .incomplete(try Template(Array(lines.dropFirst())))
            default: .bytes(try Template(lines))
            }
        replies = try file.sections.filter { $0.name == "reply" }.map { section in
            let words = section.arguments
            let ending: RecordingBackend.Ending =
                words.contains("reset") ? .reset : words.contains("close") ? .close : .stay
            return Reply(template: try Template(section.lines), isEarly: words.contains("early"), ending: ending)
        }
    }

    /// All cases beside this file.
    static let all: Result<[RawCase], any Error> = Result {
        let folder = "\(Repository.root)/Tests/EndToEndTests/Raw/Cases"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".case") }.sorted().map
        {
            let text = try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
            do { return try RawCase(path: String($0.dropLast(5)), text: text) } catch {
                throw Template.Malformed(description: "\($0): \(error)")
            }
        }
    }
}

/// The parts of a case file.
struct RawCaseFile {
    struct Section {
        var name: String
        var arguments: [String]
        var lines: [String] = []
    }

    private(set) var header: [String: [String]] = [:]
    private(set) var sections: [Section] = []

    private static let known: Set = [
        "title", "reference", "config", "config-upstream", "pieces", "after-send", "compare", "ambiguous",
    ]

    init(_ text: String) throws {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("--- ") {
                let words = line.dropFirst(4).split(separator: " ").map(String.init)
                sections.append(Section(name: words.first ?? "", arguments: Array(words.dropFirst())))
            } else if !sections.isEmpty {
                if !line.isEmpty { sections[sections.count - 1].lines.append(line) }
            } else if !line.isEmpty {
                guard let colon = line.range(of: ": "), Self.known.contains(String(line[..<colon.lowerBound])) else {
                    throw Template.Malformed(description: "no header line: \(line)")
                }
                header[String(line[..<colon.lowerBound]), default: []].append(String(line[colon.upperBound...]))
            }
        }
        for section in sections where !["send", "client", "backend", "reply"].contains(section.name) {
            throw Template.Malformed(description: "there is no section “\(section.name)”")
        }
    }

    func lines(_ name: String) throws -> [String] {
        let found = sections.filter { $0.name == name }
        guard found.count == 1 else { throw Template.Malformed(description: "needs one section “\(name)”") }
        return found[0].lines
    }

    static func client(_ lines: [String]) throws -> ([RawCase.Response], RawCase.End) {
        guard let last = lines.last, let end = RawCase.End(rawValue: last) else {
            throw Template.Malformed(description: "the client's part ends with open, close or cut")
        }
        var responses: [RawCase.Response] = []
        for line in lines.dropLast() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            let rest = words.count > 1 ? words[1] : ""
            if let status = Int(words[0]) {
                responses.append(
                    RawCase.Response(
                        status: status,
                        code: rest.isEmpty || rest == "to-head" ? nil : rest,
                        isToHead: rest == "to-head"
                    )
                )
                continue
            }
            guard !responses.isEmpty else { throw Template.Malformed(description: "no response before: \(line)") }
            let index = responses.count - 1
            switch words[0] {
            case "interim": responses[index].interim.append(Int(rest) ?? 0)
            case "lacks": responses[index].lacks.append(rest)
            case "body": responses[index].body = try Template.bytes(rest)
            case "has":
                let pair = rest.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                responses[index].has.append((pair[0], pair.count > 1 ? pair[1] : ""))
            default: throw Template.Malformed(description: "nothing is known of: \(line)")
            }
        }
        return (responses, end)
    }
}
