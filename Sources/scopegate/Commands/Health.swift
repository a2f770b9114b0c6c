import ArgumentParser
import Gateway
import GatewayConfig
import StrictJSON

/// Asks whether a running gateway is ready.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Whether a running gateway can serve requests, and if not, why.",
        discussion: """
            Asks /readyz of the admin listener, for health checks of containers and for people. Ends with 0 when the \
            gateway is ready, with 1 when it is not (it is stopping, or its audit can't be written), and with 2 when there is \
            none.

            Example: scopegate health --config /etc/scopegate/scopegate.yaml
            """
    )

    @Option(
        help: ArgumentHelp(
            "The admin listener. Default: SCOPEGATE_ADMIN, or else admin.address of the configuration.",
            valueName: "host:port"
        )
    )
    var admin: String?

    @OptionGroup var access: AdminAccessOptions
    @OptionGroup var format: FormatOption

    private static let timeout = Duration.seconds(3)

    func run() async throws {
        let client = try access.client(admin, timeout: Self.timeout)
        let answer: AdminClient.Answer
        do {
            answer = try await client.get("/readyz")
        } catch let error as AdminClient.NoAnswer {
            StandardError.write("error: \(error)")
            throw ExitStatus.badInput
        }
        guard [200, 503].contains(answer.status), case .object(let health)? = try? JSONValue(parsing: answer.body.span)
        else {
            let text = String(decoding: answer.body, as: UTF8.self)
            StandardError.write("error: the gateway answered \(answer.status): \(text)")
            throw ExitStatus.badInput
        }
        // What says something else than its status is no gateway.
        guard case .array? = health["checks"], health["ready"] == .bool(answer.status == 200) else {
            StandardError.write("error: \(AdminProblem.unknownAnswer)")
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: print(String(decoding: answer.body, as: UTF8.self), terminator: "")
        case .text: Self.show(health)
        }
        if answer.status != 200 { throw ExitStatus.finding }
    }

    private static func show(_ health: JSONObject) {
        guard case .array(let checks)? = health["checks"], !checks.isEmpty else {
            // Without the token it says no more.
            print(health["ready"] == .bool(true) ? "ready" : "not ready")
            return
        }
        for case .object(let check) in checks {
            let parts = ["name", "state", "reason"].compactMap { check[$0]?.string }
            print(parts.filter { !$0.isEmpty }.joined(separator: ": "))
        }
    }
}
