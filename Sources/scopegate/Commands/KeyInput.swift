import ArgumentParser
import Foundation
import Glibc
import Introspection

/// Reads a key from standard input, a file or the environment: on a command line others could see it, and the shell
/// would keep it.
enum KeyInput {
    /// The key on standard input, without the line end.
    ///
    /// - Throws: `ValidationError` when there is none, or it can't be a key.
    static func read() throws -> [UInt8] {
        let isTerminal = isatty(STDIN_FILENO) == 1
        if isTerminal { StandardError.write("Key (it is not shown):") }
        let line = isTerminal ? withoutEcho(readLine) : readLine()
        return try checked(line, "standard input", help: ": printf %s \"$KEY\" | scopegate …")
    }

    /// The key in a file, without a line end at its end.
    ///
    /// - Throws: `ValidationError` when there is none, or it can't be a key.
    static func read(file: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: maximumRead)
        else {
            throw ValidationError("\(file): the key can't be read")
        }
        return try checked(Array(data), file)
    }

    /// The key in an environment variable.
    ///
    /// - Throws: `ValidationError` when there is none, or it can't be a key.
    static func read(environment name: String) throws -> [UInt8] {
        try checked(Array((Environment.variables[name] ?? "").utf8), "the environment as \(name)")
    }

    private static let maximumRead = KeySyntax.maximumLength + 3

    private static func checked(_ bytes: [UInt8], _ place: String, help: String = "") throws -> [UInt8] {
        var key = bytes
        while let last = key.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { key.removeLast() }
        guard !key.isEmpty else { throw ValidationError("there is no key in \(place)\(help)") }
        guard KeySyntax.isKey(key.span) else {
            throw ValidationError("what is in \(place) can't be a key (RFC 6750 §2.1): the gateway refuses it")
        }
        return key
    }

    /// Bytes up to the end of a line or of the input, or to one more than a key can have.
    private static func readLine() -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < maximumRead, Glibc.read(STDIN_FILENO, &byte, 1) == 1 {
            line.append(byte)
            if byte == UInt8(ascii: "\n") { break }
        }
        return line
    }

    private static func withoutEcho(_ body: () -> [UInt8]) -> [UInt8] {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return body() }
        var quiet = settings
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
        return body()
    }
}

/// Where a command that may need a key has it from.
struct KeyOptions: ParsableArguments {
    @Flag(help: "A key is on standard input.")
    var key = false

    @Option(help: ArgumentHelp("A file with a key.", valueName: "path"))
    var keyFile: String?

    @Option(help: ArgumentHelp("An environment variable with a key.", valueName: "name"))
    var keyEnv: String?

    /// Whether one was named.
    var isGiven: Bool { count > 0 }

    private var count: Int { [key, keyFile != nil, keyEnv != nil].count { $0 } }

    func validate() throws {
        guard count <= 1 else {
            throw ValidationError("say where the key is: at most one of --key, --key-file and --key-env")
        }
    }

    /// The key; nil when none was named.
    func read() throws -> [UInt8]? {
        if key { return try KeyInput.read() }
        if let keyFile { return try KeyInput.read(file: keyFile) }
        return try keyEnv.map { try KeyInput.read(environment: $0) }
    }
}
