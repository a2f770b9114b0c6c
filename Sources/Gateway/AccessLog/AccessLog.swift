import Audit
import GatewayConfig
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The access log: lines are rendered and written by a thread of its own, so that no event loop waits for a disk or a
/// reader. Lines that it has no room for are lost, and counted.
final class AccessLog: Sendable {
    /// One request in this many is logged.
    let sample: Int

    private let destination: AccessLogConfiguration.Destination
    private let capacity: Int
    private let renderer: AccessLogRenderer
    private let logger: Logger
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let output: Mutex<AccessLogOutput?>
    private let waiting = Atomic<Int>(0)
    private let writtenLines = Atomic<UInt64>(0)
    private let lostLines = Atomic<UInt64>(0)

    /// How long the end of the gateway waits for lines to be written.
    private static let patience: Duration = .seconds(2)

    /// Opens the log.
    ///
    /// - Throws: ``GatewayStartError`` when the file can't be opened.
    init(_ configuration: AccessLogConfiguration, logger: Logger) throws {
        sample = configuration.sample
        destination = configuration.destination
        capacity = configuration.capacity
        self.logger = logger
        switch configuration.format {
        case .json: renderer = AccessLogRenderer(format: .json)
        case .combined: renderer = AccessLogRenderer(format: .combined)
        }
        let output: AccessLogOutput
        do throws(AccessLogOutput.OpenError) {
            output = try AccessLogOutput(destination)
        } catch {
            throw GatewayStartError("access_log.path: \(error)")
        }
        self.output = Mutex(output)
        thread.start()
    }

    /// Lines written.
    var written: UInt64 { writtenLines.load(ordering: .relaxed) }
    /// Lines lost, because too many waited or they couldn't be written.
    var lost: UInt64 { lostLines.load(ordering: .relaxed) }

    /// Takes the entries of a loop, to be written soon.
    func append(_ entries: [AccessLogEntry]) {
        guard !entries.isEmpty else { return }
        let before = waiting.add(entries.count, ordering: .relaxed).oldValue
        let room = max(0, capacity - before)
        let kept = entries.prefix(room)
        if kept.count < entries.count {
            waiting.subtract(entries.count - kept.count, ordering: .relaxed)
            lostLines.add(UInt64(entries.count - kept.count), ordering: .relaxed)
        }
        guard !kept.isEmpty else { return }
        thread.submit { [self] state in
            if case .active = state { write(kept) } else { lostLines.add(UInt64(kept.count), ordering: .relaxed) }
            waiting.subtract(kept.count, ordering: .relaxed)
        }
    }

    /// Opens the file anew, as logrotate asks for when it has renamed it. A file that can't be opened anew is written on.
    func reopen() {
        guard case .file = destination else { return }
        thread.submit { [self] _ in
            do throws(AccessLogOutput.OpenError) {
                let opened = try AccessLogOutput(destination)
                output.withLock { $0 = opened }
            } catch {
                logger.error("the access log can't be opened anew: \(error)")
            }
        }
    }

    /// Writes what waits, if that doesn't take too long, and ends the thread.
    func close() async {
        let deadline = ContinuousClock.now + Self.patience
        while waiting.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        // A thread that is blocked in a write ends with the process.
        thread.shutdownGracefully { _ in }
    }

    private func write(_ entries: ArraySlice<AccessLogEntry>) {
        var text: [UInt8] = []
        text.reserveCapacity(entries.count * 400)
        for entry in entries { renderer.append(entry, to: &text) }
        let bytes = text
        let unwritten = output.withLock { $0?.write(bytes) ?? bytes[...] }
        let lost = unwritten.count { $0 == 0x0A }
        writtenLines.add(UInt64(entries.count - min(lost, entries.count)), ordering: .relaxed)
        if lost > 0 { lostLines.add(UInt64(lost), ordering: .relaxed) }
    }
}
