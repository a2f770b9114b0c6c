import Glibc
import Top

/// `scopegate top` on a terminal: draws each second and after each change of size, until it is ended.
struct TopSession {
    let source: TopSource

    private static let interval = Duration.seconds(1)

    /// Runs until q, Ctrl-C or a signal ends it. The terminal is as it was afterwards.
    func run() async throws {
        var state = TopState()
        // What can't be reached at all is told on an ordinary screen.
        try await source.refresh(&state, denials: Terminal.size.lines)
        let terminal = TerminalSession()
        defer { terminal.leave() }
        var isHeld = false
        var next = ContinuousClock.now + Self.interval
        while true {
            guard draw(state, isHeld: isHeld) else { return }
            switch terminal.wait(until: next) {
            case .quit: return
            case .space: isHeld.toggle()
            case .redraw: break
            case .time:
                next += Self.interval
                // After a pause of this process the seconds in between aren't made up for.
                if next < .now { next = .now + Self.interval }
                guard !isHeld else { break }
                do {
                    try await source.refresh(&state, denials: Terminal.size.lines)
                } catch {
                    state.problem = error.description
                }
            }
        }
    }

    /// False when the terminal is gone.
    private func draw(_ state: TopState, isHeld: Bool) -> Bool {
        let size = Terminal.size
        let screen = TopScreen(state, address: source.address, width: size.columns, height: size.lines, isHeld: isHeld)
        var output = StandardOutput()
        // Each line is cleared behind its end, and the screen below the last one: nothing flickers.
        output.write("\u{1B}[H")
        output.write(screen.lines(isColoured: StandardOutput.isColoured).joined(separator: "\u{1B}[K\r\n"))
        output.write("\u{1B}[K\u{1B}[J")
        output.flush()
        return !output.isClosed
    }
}
