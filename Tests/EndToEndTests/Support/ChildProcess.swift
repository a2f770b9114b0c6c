import Foundation
import Glibc
import Synchronization

/// A program that a test runs. Its output goes to files; it is killed with the last reference to it.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    struct StartFailure: Error, CustomStringConvertible {
        let description: String
    }

    let identifier: pid_t
    private let folder: TemporaryFolder
    private let name: String
    private let ended = Mutex<End?>(nil)

    /// - Parameters:
    ///   - program: A path, or a name that is looked up in PATH.
    ///   - name: What its output is called in `folder`: `name.out` and `name.err`.
    ///   - input: The file that is its standard input.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: TemporaryFolder,
        name: String,
        input: String = "/dev/null"
    ) throws {
        self.folder = folder
        self.name = name
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.file("\(name).out"), create, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder.file("\(name).err"), create, 0o600)
        var all = ProcessInfo.processInfo.environment
        // Coverage and library overrides are meant for the tests, not for what they start.
        all["LLVM_PROFILE_FILE"] = nil
        all.merge(environment) { $1 }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, program, &actions, nil, &argv, &envp)
        guard result == 0 else {
            throw StartFailure(description: "can't start \(program): \(String(cString: strerror(result)))")
        }
        identifier = child
    }

    deinit {
        kill()
    }

    /// What it has written to standard output.
    var output: String { folder.read("\(name).out") }
    /// What it has written to standard error.
    var errors: String { folder.read("\(name).err") }

    /// How it ended; nil while it runs.
    func end() -> End? {
        ended.withLock { ended in
            if ended == nil {
                var status: Int32 = 0
                if waitpid(identifier, &status, WNOHANG) == identifier {
                    let signal = status & 0x7F
                    ended = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
                }
            }
            return ended
        }
    }

    func signal(_ number: Int32) {
        if end() == nil { Glibc.kill(identifier, number) }
    }

    func wait(within seconds: Double) throws -> End {
        try waitFor("the end of \(name)", within: seconds) { end() }
    }

    /// Ends it at once, if it still runs.
    func kill() {
        guard end() == nil else { return }
        Glibc.kill(identifier, SIGKILL)
        _ = try? wait(within: 10)
    }

    /// Runs a program to its end and answers what it wrote to standard output.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null",
        within seconds: Double = 60
    ) throws -> (end: End, output: String, errors: String) {
        let child = try ChildProcess(
            program,
            arguments,
            environment: environment,
            in: TemporaryFolder(),
            name: "run",
            input: input
        )
        let end = try child.wait(within: seconds)
        return (end, child.output, child.errors)
    }
}
