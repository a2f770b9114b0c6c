import ArgumentParser
import Foundation
import Gateway
import GatewayConfig

/// Has a running gateway load its files again.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the running gateway load its files again.",
        discussion: """
            Asks the admin listener that the configuration names, waits until every thread of the gateway has the new \
            configuration, and prints what came of it. Ends with 1 when the files don't load: then the gateway goes on \
            with what it has. SIGHUP does the same without an answer.

            Example: scopegate reload --config /etc/scopegate/scopegate.yaml
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

    private struct Answer: Decodable {
        struct Generation: Decodable {
            var number: UInt64
            var digest: String
            var routes: Int
        }

        var ok: Bool
        var generation: Generation
        var errors: [Diagnostic]
        var warnings: [Diagnostic]
        var needs_restart: [String]
    }

    func run() async throws {
        let client = try access.client(admin, timeout: .seconds(60))
        let response: AdminClient.Answer
        do {
            response = try await client.post("/reload", json: [])
        } catch let error as AdminClient.NoAnswer {
            StandardError.write("error: \(error)")
            throw ExitStatus.badInput
        }
        guard response.status != 401 else {
            StandardError.write("error: \(AdminProblem.noToken)")
            throw ExitStatus.badInput
        }
        let data = Data(response.body)
        guard let answer = try? JSONDecoder().decode(Answer.self, from: data) else {
            StandardError.write("error: the gateway answered \(String(decoding: data, as: UTF8.self))")
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: print(String(decoding: data, as: UTF8.self), terminator: "")
        case .text: show(answer)
        }
        if !answer.ok { throw ExitStatus.finding }
    }

    private func show(_ answer: Answer) {
        for problem in answer.warnings + answer.errors { StandardError.write(problem.description) }
        guard answer.ok else {
            return print("not reloaded: generation \(answer.generation.number) goes on")
        }
        print("reloaded: generation \(answer.generation.number), \(answer.generation.routes) routes")
        if !answer.needs_restart.isEmpty {
            print("needs a restart: \(answer.needs_restart.joined(separator: ", "))")
        }
    }
}
