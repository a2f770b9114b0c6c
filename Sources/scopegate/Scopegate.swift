import ArgumentParser
import Glibc

/// The command line.
@main
struct Scopegate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scopegate",
        abstract: "Enforces the scopes of API keys in front of an HTTP backend.",
        discussion: """
            Example: scopegate demo
              starts a gateway, a journal backend and a key service on this machine, and prints requests to try.

            Exit status: 0 all is well, 1 there is a finding, 2 bad use or bad input.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Health.self, TopCommand.self, Upstreams.self, Reload.self, Check.self, Diff.self,
            TestCommand.self, Replay.self,
            ImportCommand.self,
            Explain.self, Routes.self, ProbeCommand.self, Catalog.self, Introspect.self, Revoke.self, AuditCommand.self,
            DemoCommand.self,
        ]
    )

    static func main() async {
        Environment.seal()
        // A peer that closes while it is written to is an error of that write, not of the process.
        signal(SIGPIPE, SIG_IGN)
        let parsed: any ParsableCommand
        do {
            parsed = try parseAsRoot()
        } catch {
            end(error, text: fullMessage(for: error))
        }
        do {
            var command = parsed
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let status as ExitStatus {
            StandardOutput.end(status.rawValue)
        } catch  where exitCode(for: error).isSuccess {
            // A command that is a group of others shows its help.
            end(error, text: fullMessage(for: error))
        } catch {
            // The command was understood: what is wrong is with what it was given, and its usage is no help.
            end(error, text: "error: \(message(for: error))")
        }
        StandardOutput.end(0)
    }

    private static func end(_ error: any Error, text: String) -> Never {
        let isSuccess = exitCode(for: error).isSuccess
        if isSuccess {
            print(text)
        } else if !text.isEmpty {
            StandardError.write(text)
        }
        StandardOutput.end(isSuccess ? 0 : ExitStatus.badInput.rawValue)
    }
}

/// How a command ends when it is not simply done.
enum ExitStatus: Int32, Error {
    /// There is something to know: a denial, a problem in a file.
    case finding = 1
    /// The command was used wrongly, or what it was given can't be used.
    case badInput = 2
    /// The machine doesn't give what is needed, such as a port or a permission: trying again may help.
    case cannotRun = 3
}
