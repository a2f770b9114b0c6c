import ArgumentParser
import Gateway
import GatewayConfig
import StrictJSON
import Top

/// Shows what a running gateway does.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what the running gateway does, refreshed each second.",
        discussion: """
            Requests and denials per second, latency, cache, introspection, readiness, and the newest denials, from the \
            admin listener that the configuration names. Ends with q or Ctrl-C; the space bar holds it. Times are UTC.

            When standard output is no terminal it prints a line a second; with --format json a sample a second, one \
            JSON object a line, as /figures has them.

            Example: scopegate top --admin 127.0.0.1:9901
            Example: scopegate top --once --format json
            """
    )

    @Flag(help: "Print what there is now, and end.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "The admin listener. Default: SCOPEGATE_ADMIN, or else the configuration's.",
            valueName: "host:port"
        )
    )
    var admin: String?

    @OptionGroup var access: AdminAccessOptions
    @OptionGroup var format: FormatOption

    /// How many denials are printed at once.
    private static let denials = 20

    func run() async throws {
        let client = try access.client(admin, timeout: .seconds(5))
        let source = TopSource(client: client)
        do {
            switch format.format {
            case .json: try await printSamples(source) { String(decoding: JSONOutput($0).bytes, as: UTF8.self) }
            case .text where once: try await printScreen(source)
            case .text where Terminal.isInteractive: try await TopSession(source: source).run()
            case .text: try await printLines(source)
            }
        } catch let problem as AdminProblem {
            StandardError.write("error: \(problem)")
            throw ExitStatus.badInput
        }
    }

    private func printScreen(_ source: TopSource) async throws {
        var state = TopState()
        repeat {
            try await source.refresh(&state, denials: Self.denials)
            // A gateway that began just now has its first sample in a second.
            if state.samples.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
        } while state.samples.isEmpty
        let screen = TopScreen(state, address: source.address, width: Terminal.size.columns, height: nil)
        var output = StandardOutput()
        for line in screen.lines(isColoured: StandardOutput.isColoured) { output.write(line + "\n") }
        output.flush()
    }

    private func printLines(_ source: TopSource) async throws {
        var count = 0
        try await printSamples(source) { value in
            guard let sample = TopSample(value) else { return nil }
            defer { count += 1 }
            return (count.isMultiple(of: 30) ? TopLine.heading + "\n" : "") + TopLine.text(sample)
        }
    }

    /// Prints each new sample, for as long as somebody reads, or once. A gateway that is gone may come back, but for
    /// the first answer nobody waits.
    private func printSamples(_ source: TopSource, _ text: (JSONValue) -> String?) async throws {
        var output = StandardOutput()
        var last = -Double.infinity
        var hasAnswered = false
        while !output.isClosed {
            do throws(AdminProblem) {
                for value in try await source.samples(limit: once ? 1 : 10) {
                    guard let time = TopSample(value)?.time, time > last, let line = text(value) else { continue }
                    last = time
                    output.write(line + "\n")
                }
                hasAnswered = true
            } catch {
                guard hasAnswered else { throw error }
                StandardError.write("\(error)")
            }
            output.flush()
            if once, last > 0 { return }
            try await Task.sleep(for: once ? .milliseconds(100) : .seconds(1))
        }
    }
}
