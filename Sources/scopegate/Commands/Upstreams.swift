import ArgumentParser
import Gateway
import StrictJSON
import Top

/// Lists the servers of a running gateway's backends.
struct Upstreams: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which servers the running gateway sends requests to, and which are out, and why.",
        discussion: """
            Asks /upstreams of the admin listener that the configuration names. A server is out when its requests fail \
            (ejected until a time, then on probation until a request succeeds) or its checks do (unhealthy). Each copy of \
            the gateway has its own view of them.

            Ends with 0 when nothing is held against any server, with 1 when something is, and with 2 when no gateway \
            answers.

            Example: scopegate upstreams --admin 127.0.0.1:9901
            Example: scopegate upstreams --format json
            """
    )

    @Option(
        help: ArgumentHelp(
            "The admin listener. Default: SCOPEGATE_ADMIN, or else the configuration's.",
            valueName: "host:port"
        )
    )
    var admin: String?

    @OptionGroup var access: AdminAccessOptions
    @OptionGroup var format: FormatOption

    func run() async throws {
        let client = try access.client(admin, timeout: .seconds(5))
        let (answer, list): (JSONValue, ServerList)
        do throws(AdminProblem) {
            answer = try await client.json("/upstreams")
            guard let read = ServerList(answer) else { throw .unknownAnswer }
            list = read
        } catch {
            StandardError.write("error: \(error)")
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: print(String(decoding: JSONOutput(answer).bytes, as: UTF8.self))
        case .text:
            for line in ServerTable(list).lines(isColoured: StandardOutput.isColoured) { print(line) }
        }
        if list.servers.contains(where: { !$0.isWell }) { throw ExitStatus.finding }
    }
}
