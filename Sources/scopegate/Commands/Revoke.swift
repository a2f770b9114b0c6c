import ArgumentParser
import Gateway
import GatewayConfig
import StrictJSON

/// Has running gateways forget what they know of keys.
struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have running gateways forget a key, or all keys of an id or a subject, at once.",
        discussion: """
            Revoke the key where it was issued first: the gateway asks anew when it is used the next time. A key itself \
            is read from standard input, never from the command line. It returns once no loop of any gateway that was \
            told uses what was known before.

            Each copy of the gateway has to be told: --admin can be given several times, and a name that has several \
            addresses stands for all of them, as that of a headless service does. They are told at the same time. When \
            some could not be told, it says which, and ends with 1; with 2 when none could.

            Example: scopegate revoke --subject user_42
            Example: printf %s "$KEY" | scopegate revoke --key
            Example: scopegate revoke --key-id key_7 --admin scopegate-admin.gateways.svc:9901
            """
    )

    @Flag(help: "Forget the key on standard input.")
    var key = false

    @Option(help: "Forget all keys of which introspection said this key id.")
    var keyID: String?

    @Option(help: "Forget all keys of which introspection said this subject.")
    var subject: String?

    @Option(
        help: ArgumentHelp(
            """
            The admin listener of a copy, or a name for those of all. Default: SCOPEGATE_ADMIN (several with commas), or \
            else admin.address of the configuration.
            """,
            valueName: "host:port"
        )
    )
    var admin: [String] = []

    @OptionGroup var access: AdminAccessOptions
    @OptionGroup var format: FormatOption

    /// What became of telling one copy.
    private struct Told: Sendable {
        var address: AdminAddress
        var answer: Result<JSONObject, Failure>
        var time: Duration
    }

    private struct Failure: Error {
        var text: String
    }

    func validate() throws {
        guard [key, keyID != nil, subject != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("say which keys: exactly one of --key, --key-id and --subject")
        }
    }

    func run() async throws {
        let (name, value) = try identity()
        let body = Array("{".utf8) + JSONQuoting.quoted(name.utf8) + Array(":".utf8) + JSONQuoting.quoted(value)
        let clients = try access.clients(admin)
        let told = await withTaskGroup(of: (Int, Told).self) { group in
            for (index, client) in clients.enumerated() {
                group.addTask { (index, await Self.tell(client, body + Array("}".utf8))) }
            }
            var told = [Told?](repeating: nil, count: clients.count)
            for await (index, result) in group { told[index] = result }
            return told.compactMap { $0 }
        }
        for copy in told {
            if case .failure(let failure) = copy.answer { StandardError.write("error: \(failure.text)") }
        }
        let successes = told.compactMap { copy in (try? copy.answer.get()).map { (copy, $0) } }
        guard !successes.isEmpty else { throw ExitStatus.badInput }
        switch format.format {
        case .json: print(String(decoding: Self.json(told, successes).bytes, as: UTF8.self))
        case .text:
            print("forgotten: \(Self.sum("forgotten", successes))")
            print("calls under way whose answers don't count any more: \(Self.sum("calls_disregarded", successes))")
            if told.count > 1 {
                for (copy, _) in successes { print("  \(copy.address) in \(copy.time.milliseconds) ms") }
                print("\(successes.count) of \(told.count) gateways have been told")
            }
        }
        if successes.count < told.count { throw ExitStatus.finding }
    }

    private static func tell(_ client: AdminClient, _ body: [UInt8]) async -> Told {
        let began = ContinuousClock.now
        let answer: Result<JSONObject, Failure>
        do {
            let response = try await client.post("/revoke", json: body)
            if response.status == 200 {
                let effect = try? JSONValue(parsing: response.body.span)
                // An answer that says nothing of what was forgotten is not a gateway's: nothing may have been.
                if case .object(let effect)? = effect,
                    ["forgotten", "calls_disregarded"].allSatisfy({ effect[$0]?.count != nil })
                {
                    answer = .success(effect)
                } else {
                    answer = .failure(Failure(text: "\(client.address): \(AdminProblem.unknownAnswer)"))
                }
            } else if response.status == 401 {
                answer = .failure(Failure(text: "\(client.address): \(AdminProblem.noToken)"))
            } else {
                let text = String(decoding: response.body, as: UTF8.self)
                answer = .failure(
                    Failure(text: "the gateway at \(client.address) answered \(response.status): \(text)")
                )
            }
        } catch {
            answer = .failure(Failure(text: "\(error)"))
        }
        return Told(address: client.address, answer: answer, time: ContinuousClock.now - began)
    }

    /// The sums, and what each copy said.
    private static func json(_ told: [Told], _ successes: [(Told, JSONObject)]) -> JSONOutput {
        .object([
            ("forgotten", .count(sum("forgotten", successes))),
            ("calls_disregarded", .count(sum("calls_disregarded", successes))),
            (
                "gateways",
                .array(
                    told.map { copy in
                        let address = ("admin", JSONOutput.string("\(copy.address)"))
                        switch copy.answer {
                        case .failure(let failure): return .object([address, ("error", .string(failure.text))])
                        case .success(let effect):
                            return .object([
                                address, ("forgotten", .count(effect["forgotten"]?.count ?? 0)),
                                ("milliseconds", .count(copy.time.milliseconds)),
                            ])
                        }
                    }
                )
            ),
        ])
    }

    private func identity() throws -> (name: String, value: [UInt8]) {
        if let keyID { return ("key_id", Array(keyID.utf8)) }
        if let subject { return ("subject", Array(subject.utf8)) }
        return ("key", try KeyInput.read())
    }

    private static func sum(_ member: String, _ successes: [(Told, JSONObject)]) -> Int {
        successes.reduce(0) { $0 + ($1.1[member]?.count ?? 0) }
    }
}

extension JSONValue {
    /// A number of things; nil for anything else.
    fileprivate var count: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(String(decoding: number.text, as: UTF8.self)).flatMap { $0 >= 0 ? $0 : nil }
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
