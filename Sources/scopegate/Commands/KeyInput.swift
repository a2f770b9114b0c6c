import ArgumentParser
import Glibc
import Introspection

/// Reads a key from standard input: on a command line others could see it, and the shell would keep it.
enum KeyInput {
    /// The key, without the line end.
    ///
    /// - Throws: `ValidationError` when there is none, or it can't be a key.
    static func read() throws -> [UInt8] {
        let isTerminal = isatty(STDIN_FILENO) == 1
        if isTerminal { StandardError.write("Key (it is not shown):") }
        var key = isTerminal ? withoutEcho(readLine) : readLine()
        while let last = key.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { key.removeLast() }
        guard !key.isEmpty else {
            throw ValidationError("there is no key on standard input: printf %s \"$KEY\" | scopegate …")
        }
        guard KeySyntax.isKey(key.span) else {
            throw ValidationError("what is on standard input can't be a key (RFC 6750 §2.1): the gateway refuses it")
        }
        return key
    }

    /// Bytes up to the end of a line or of the input, or to one more than a key can have.
    private static func readLine() -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count <= KeySyntax.maximumLength + 2, Glibc.read(STDIN_FILENO, &byte, 1) == 1 {
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
