import Glibc

/// Where lines go that nobody may wait for, such as the error log's: each is written at once when the system takes it
/// without waiting, and else soon, in order, by a thread of its own. What there is no room for is lost, and counted in
/// a line of its own.
package final class LineSink: @unchecked Sendable {
    private let descriptor: Int32
    private let limit: Int
    private let lostLine: @Sendable (_ count: Int) -> [UInt8]
    private let turn: OutputTurn
    private let condition = ThreadCondition()
    private let thread = WorkerThread()
    private let idle = ThreadSignal()
    // All below is touched under the lock only.
    private var waiting: [UInt8] = []
    private var lost = 0
    private var isWriting = false
    private var hasThread = false

    /// - Parameters:
    ///   - limit: How many bytes may wait.
    ///   - lostLine: Makes the line that says how many were lost.
    package init(_ descriptor: Int32, limit: Int = 1 << 20, lostLine: @escaping @Sendable (_ count: Int) -> [UInt8]) {
        self.descriptor = descriptor
        self.limit = limit
        self.lostLine = lostLine
        turn = OutputTurn.of(descriptor)
    }

    /// Writes a whole line, and never waits for its reader.
    package func write(_ line: [UInt8]) {
        condition.locked {
            if waiting.isEmpty, !isWriting, lost == 0, writeAtOnce(line) { return }
            guard waiting.count + line.count <= limit, startThread() else {
                lost += 1
                return
            }
            waiting += line
            condition.signal()
        }
    }

    /// Waits for what waits to be written, but not for long.
    package func flush(nanoseconds: Int64 = 1_000_000_000) {
        let end = ThreadCondition.now() + nanoseconds
        while condition.locked({ !waiting.isEmpty || isWriting }), ThreadCondition.now() < end {
            _ = idle.wait(nanoseconds: 5_000_000)
        }
    }

    /// A write to a pipe is whole, and doesn't wait, if it is no longer than this and the pipe is writable (pipe(7)).
    private static let atomic = 4096

    private func writeAtOnce(_ line: [UInt8]) -> Bool {
        guard line.count <= Self.atomic, turn.takeIfFree() else { return false }
        defer { turn.give() }
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard Glibc.poll(&poll, 1, 0) == 1, poll.revents & Int16(POLLOUT) != 0 else { return false }
        while true {
            let count = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < line.count, count > 0 {
                // Of a file on a full disk, say: what follows begins a line of its own.
                turn.endsMidLine = true
            }
            return count > 0
        }
    }

    /// Starts the thread, if it doesn't run; false when the system gives none.
    private func startThread() -> Bool {
        if !hasThread { hasThread = thread.start { [self] in run() } == 0 }
        return hasThread
    }

    private func run() {
        var output = DescriptorOutput(descriptor)
        while true {
            let lines = condition.locked {
                isWriting = false
                while waiting.isEmpty { _ = condition.wait(until: nil) }
                isWriting = true
                var lines = waiting
                waiting = []
                if lost > 0 { lines += lostLine(lost) }
                lost = 0
                return lines
            }
            let unwritten = output.write(lines)
            let count = unwritten.count { $0 == 0x0A }
            condition.locked { lost += count }
            idle.wake()
        }
    }
}
