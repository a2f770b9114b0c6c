import Foundation
import Glibc

/// The terminal that a command talks to.
enum Terminal {
    /// Whether standard input and output are a terminal that obeys escape sequences.
    static var isInteractive: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
            && Environment.variables["TERM"] != "dumb"
    }

    /// The size of the terminal; when standard output is none, what COLUMNS says, or room enough for most.
    static var size: (columns: Int, lines: Int) {
        if let window, window.ws_row > 0 { return (Int(window.ws_col), Int(window.ws_row)) }
        let columns = Environment.variables["COLUMNS"].flatMap { Int($0) }
        return (columns.map { usable($0) } ?? 160, 24)
    }

    /// The width of standard output, when it is a terminal.
    static var columns: Int? { window.map { Int($0.ws_col) } }

    /// What the terminal at standard output says of its size, when it is one and says so.
    private static var window: winsize? {
        var window = winsize()
        let isTerminal = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0
        return isTerminal ? window : nil
    }

    /// A width that texts can be laid out for, whatever somebody has set: 80 for what is no number.
    static func usable(_ columns: Int?) -> Int { min(max(columns ?? 80, 40), 1000) }
}

/// A terminal whose whole screen is taken, and which sends keys at once: from its making until ``leave()``.
///
/// Signals that would end or stop the process are told by ``wait(until:)`` instead, so that the terminal is given back
/// first.
final class TerminalSession {
    /// What ended a wait.
    enum Event {
        /// The time is there.
        case time
        /// q, or a signal that ends the process.
        case quit
        /// The space bar.
        case space
        /// The size is another one, or the screen was somebody else's meanwhile.
        case redraw
    }

    private var settings = termios()
    private var pipe: [Int32] = [-1, -1]
    private var handlers: [SignalHandler] = []

    init() {
        tcgetattr(STDIN_FILENO, &settings)
        _ = Glibc.pipe(&pipe)
        for descriptor in pipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let writing = pipe[1]
        handlers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP].map { number in
            SignalHandler(number) { [number] in
                var byte = UInt8(number)
                _ = Glibc.write(writing, &byte, 1)
            }
        }
        enter()
    }

    /// Gives the terminal back. The cursor stands at the beginning of a line, and what was on the screen is there
    /// again.
    func leave() {
        for handler in handlers { handler.cancel() }
        handlers = []
        giveBack()
    }

    /// Waits for a key, a signal or a time.
    func wait(until time: ContinuousClock.Instant) -> Event {
        while true {
            let left = time - ContinuousClock.now
            guard left > .zero else { return .time }
            let (seconds, attoseconds) = left.components
            let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
            var ready = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pipe[0], events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ready, 2, milliseconds) > 0 else { continue }
            var byte: UInt8 = 0
            if ready[1].revents != 0, read(pipe[0], &byte, 1) == 1 {
                if let event = told(Int32(byte)) { return event }
            } else if ready[0].revents != 0 {
                // A terminal that is gone has an end.
                guard read(STDIN_FILENO, &byte, 1) == 1 else { return .quit }
                switch byte {
                case UInt8(ascii: "q"), UInt8(ascii: "Q"), 4: return .quit
                case UInt8(ascii: " "): return .space
                default: break
                }
            }
        }
    }

    private func told(_ number: Int32) -> Event? {
        switch number {
        case SIGWINCH: return .redraw
        case SIGTSTP:
            giveBack()
            // Stopped by its own hand the process stays ignorant of the signal; it goes on here when it is continued.
            raise(SIGSTOP)
            enter()
            return .redraw
        default: return .quit
        }
    }

    private func enter() {
        var quiet = settings
        quiet.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        // The alternate screen, and no cursor (xterm's private modes 1049 and 25).
        write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    private func giveBack() {
        write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    private func write(_ text: String) {
        var output = StandardOutput()
        output.write(text)
        output.flush()
    }
}
