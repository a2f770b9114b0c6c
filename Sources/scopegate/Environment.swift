import Foundation
import Glibc

/// The environment that the program was started with, of which libraries see only what is documented.
///
/// Libraries read variables of their own: OpenSSL and libcurl write TLS secrets where SSLKEYLOGFILE says, load code and
/// settings from OPENSSL_CONF, and resolve names by RES_OPTIONS and HOSTALIASES. None of that is the operator's word to
/// the gateway, so everything is taken out that isn't on the list below. What the loader and the allocator read has
/// been read by then (ld.so(8), mallopt(3)).
enum Environment {
    /// All variables that the program was started with, for what asks for one by its name: secrets that the
    /// configuration names, keys that options name, the terminal.
    static let variables: [String: String] = ProcessInfo.processInfo.environment

    /// The variables that stay for libraries, and for code that doesn't know this type.
    static let kept = [
        // systemd's (sd_listen_fds(3), sd_notify(3)), which are taken out when they are read.
        "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
        // The width of help texts, and the folder of the demo's audit.
        "COLUMNS", "TMPDIR",
    ]

    /// Takes out what isn't kept. To be called before there are other threads, and before any library is used.
    static func seal() {
        let variables = variables
        clearenv()
        for name in kept {
            if let value = variables[name] { setenv(name, value, 1) }
        }
        // The library of help texts traps on columns that are too few for its indentation.
        let columns = variables["COLUMNS"].flatMap { Int($0) } ?? Terminal.columns
        if variables["COLUMNS"] != nil || columns != nil { setenv("COLUMNS", "\(Terminal.usable(columns))", 1) }
    }
}
