import ArgumentParser
import Gateway
import GatewayConfig
import StrictJSON

/// Has a running gateway forget what it knows of keys.
struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a running gateway forget a key, or all keys of an id or a subject, at once.",
        discussion: """
            Revoke the key where it was issued first: the gateway asks anew when it is used the next time. A key itself \
            is read from standard input, never from the command line. It returns once no loop of that gateway uses what \
            was known before; each copy of the gateway has to be told.

            Example: scopegate revoke --subject user_42
            Example: printf %s "$KEY" | scopegate revoke --key
            """
    )

    @Flag(help: "Forget the key on standard input.")
    var key = false

    @Option(help: "Forget all keys of which introspection said this key id.")
    var keyID: String?

    @Option(help: "Forget all keys of which introspection said this subject.")
    var subject: String?

    @Option(
        help: ArgumentHelp("The admin listener. Default: admin.address of the configuration.", valueName: "host:port")
    )
    var admin: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    func validate() throws {
        guard [key, keyID != nil, subject != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("say which keys: exactly one of --key, --key-id and --subject")
        }
    }

    func run() async throws {
        let (name, value) = try identity()
        let body = Array("{".utf8) + JSONQuoting.quoted(name.utf8) + Array(":".utf8) + JSONQuoting.quoted(value)
        let client = try config.adminClient(admin)
        let answer: AdminClient.Answer
        do {
            answer = try await client.post("/revoke", json: body + Array("}".utf8))
        } catch let error as AdminClient.NoAnswer {
            StandardError.write("error: \(error)")
            throw ExitStatus.badInput
        }
        guard answer.status == 200, case .object(let effect)? = try? JSONValue(parsing: answer.body.span) else {
            let text = String(decoding: answer.body, as: UTF8.self)
            StandardError.write("error: the gateway answered \(answer.status): \(text)")
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: print(String(decoding: answer.body, as: UTF8.self), terminator: "")
        case .text:
            print("forgotten: \(Self.number(effect["forgotten"]))")
            print("calls under way whose answers don't count any more: \(Self.number(effect["calls_disregarded"]))")
        }
    }

    private func identity() throws -> (name: String, value: [UInt8]) {
        if let keyID { return ("key_id", Array(keyID.utf8)) }
        if let subject { return ("subject", Array(subject.utf8)) }
        return ("key", try KeyInput.read())
    }

    private static func number(_ value: JSONValue?) -> String {
        guard case .number(let number) = value else { return "?" }
        return String(decoding: number.text, as: UTF8.self)
    }
}
