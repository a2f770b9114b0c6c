import ArgumentParser
import GatewayConfig
import Probe

/// How the probe is let in by the backend.
struct ProbeAccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A field of each request, as 'Name: value'. Repeatable. Others can see it: prefer --header-file.",
            valueName: "field"
        )
    )
    var header: [String] = []

    @Option(help: ArgumentHelp("A file with such fields, one a line.", valueName: "path"))
    var headerFile: String?

    @Option(help: ArgumentHelp("What Host says. Default: the backend's own.", valueName: "host"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "A PEM file with the authorities to believe. Default: that of the configuration, or the system's.",
            valueName: "path"
        )
    )
    var caFile: String?

    private static let longestFile = 64 << 10
    /// Fields that frame the message, or that the probe writes itself.
    private static let own: Set<String> = ["host", "content-length", "transfer-encoding", "connection"]

    func validate() throws {
        guard let host else { return }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ValidationError("--host: \"\(host)\" is no host")
        }
    }

    /// The fields. What is wrong with one is told without its value.
    func fields() throws -> [ProbeField] {
        var lines = header.map { ($0, "--header") }
        if let headerFile {
            let bytes: [UInt8]
            do {
                bytes = try SystemFiles().read(headerFile, limit: Self.longestFile)
            } catch {
                throw ValidationError("--header-file: \(headerFile) can't be read: \(error)")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            where !line.allSatisfy(\.isWhitespace) {
                lines.append((String(line), "\(headerFile):\(index + 1)"))
            }
        }
        return try lines.map { try Self.field($0.0, $0.1) }
    }

    private static func field(_ line: String, _ place: String) throws -> ProbeField {
        let name = String(line.prefix { $0 != ":" })
        let value = line.dropFirst(name.count + 1).drop { $0 == " " || $0 == "\t" }
        guard isName(name), line.contains(":"), value.utf8.allSatisfy({ $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw ValidationError("\(place): that is no header field; write it like 'Authorization: Bearer …'")
        }
        guard !own.contains(name.lowercased()) else {
            throw ValidationError("\(place): \(name) is the probe's own to say")
        }
        return ProbeField(name, String(value))
    }

    /// Whether a text is the name of a field (RFC 9110 §5.6.2).
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                let character = Character(UnicodeScalar(byte))
                let isAlphanumeric = character.isLetter || character.isNumber
                return byte < 0x80 && (isAlphanumeric || "!#$%&'*+-.^_`|~".contains(character))
            }
    }
}
