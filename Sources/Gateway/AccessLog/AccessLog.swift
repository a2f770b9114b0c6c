import Audit
import GatewayConfig
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The access log: lines are rendered and written by a thread of its own, so that no event loop waits for a disk or a
/// reader. Lines that it has no room for are lost, counted, and spoken of in the error log. What waits is bounded by
/// `access_log.capacity` in lines and by ``memoryLimit`` in bytes.
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
    private let budget = ByteBudget(limit: AccessLog.memoryLimit)
    private let hasSaidLoss = Atomic<Bool>(false)
    private let writtenLines = Atomic<UInt64>(0)
    private let lostLines = Atomic<UInt64>(0)

    /// How many bytes lines may hold that wait to be written: some 20,000 of the usual size.
    static let memoryLimit = 16 << 20

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

    /// The bytes of lines that wait.
    var waitingBytes: Int { budget.held }

    /// Whether there is room for an entry, which is then taken, and has to be appended; otherwise it is lost.
    func admit(_ entry: AccessLogEntry) -> Bool {
        guard waiting.add(1, ordering: .relaxed).newValue <= capacity, budget.tryTake(entry.retainedBytes) else {
            waiting.subtract(1, ordering: .relaxed)
            lose(1, "they are not taken as fast as they come")
            return false
        }
        return true
    }

    /// Takes the admitted entries of a loop, to be written soon.
    func append(_ entries: [AccessLogEntry]) {
        guard !entries.isEmpty else { return }
        thread.submit { [self] state in
            if case .active = state { write(entries) } else { lose(entries.count, "the gateway ends") }
            budget.giveBack(entries.reduce(0) { $0 + $1.retainedBytes })
            let left = waiting.subtract(entries.count, ordering: .relaxed).newValue
            guard left == 0, hasSaidLoss.exchange(false, ordering: .relaxed) else { return }
            logger.notice("the access log is written again", metadata: ["lost": "\(lost)"])
        }
    }

    private func lose(_ count: Int, _ reason: String) {
        lostLines.add(UInt64(count), ordering: .relaxed)
        // Once until all that waits is written.
        guard !hasSaidLoss.exchange(true, ordering: .relaxed) else { return }
        logger.warning("lines of the access log are lost", metadata: ["reason": "\(reason)"])
    }

    /// - Throws: ``GatewayStartError`` when its lines would go into the file of the audit, whose chain they would
    ///   break.
    func checkIsApart(fromAuditAt path: String) throws {
        guard output.withLock({ $0?.isFile(at: path) }) == true else { return }
        throw GatewayStartError(
            "access_log.path is the file of the audit, audit.path (\(path)): give it one of its own"
        )
    }

    /// Opens the file anew, as logrotate asks for when it has renamed it. A file that can't be opened anew is written
    /// on.
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
        let left = waiting.load(ordering: .relaxed)
        if left > 0 { lose(left, "they were not taken before the end") }
        // A thread that is blocked in a write ends with the process.
        thread.shutdownGracefully { _ in }
    }

    private func write(_ entries: [AccessLogEntry]) {
        var text: [UInt8] = []
        text.reserveCapacity(entries.count * 400)
        for entry in entries { renderer.append(entry, to: &text) }
        let bytes = text
        let (unwritten, problem) = output.withLock { $0?.write(bytes) ?? (bytes[...], "it is not open") }
        let lost = unwritten.count { $0 == 0x0A }
        writtenLines.add(UInt64(entries.count - min(lost, entries.count)), ordering: .relaxed)
        if lost > 0 { lose(lost, problem) }
    }
}
