import Dispatch
import GatewayConfig
import NIOPosix
import Synchronization

/// Loads configurations on a thread of its own, and gives up waiting after a time: a file system may never answer, and
/// a call that reads from one can't be ended.
///
/// While such a call is under way no other begins, so that no more than one thread is ever lost to it.
final class BoundedLoading: Sendable {
    private let load: Reloader.Load
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let isReading = Atomic<Bool>(false)

    init(_ load: @escaping Reloader.Load) {
        self.load = load
        thread.start()
    }

    /// Loads the configuration; blocks the calling thread.
    ///
    /// - Parameters:
    ///   - number: The number of the generation that it would be.
    ///   - limit: How long the files may take.
    func callAsFunction(_ number: UInt64, within limit: Duration) throws(ConfigErrors) -> LoadedConfiguration {
        guard !isReading.exchange(true, ordering: .acquiringAndReleasing) else {
            throw Self.noAnswer("an earlier reload still waits for one of the files")
        }
        let answer = Answer()
        thread.submit { [self] state in
            if case .active = state { answer.give(Result { () throws(ConfigErrors) in try load(number) }) }
            isReading.store(false, ordering: .releasing)
            answer.isThere.signal()
        }
        let (seconds, attoseconds) = limit.components
        let time = DispatchTime.now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000))
        guard answer.isThere.wait(timeout: time) == .success else {
            throw Self.noAnswer("the files were not read within \(limit.configurationText)")
        }
        guard let result = answer.result else { throw Self.noAnswer("the gateway is stopping") }
        return try result.get()
    }

    func stop() { thread.shutdownGracefully { _ in } }

    private static func noAnswer(_ message: String) -> ConfigErrors {
        ConfigErrors(diagnostics: [
            Reloader.diagnostic(
                message,
                help: "a file system that one of them is on doesn't answer; reload again when it does"
            )
        ])
    }

    /// The result of one load, for the thread that waits for it.
    private final class Answer: Sendable {
        let isThere = DispatchSemaphore(value: 0)
        private let given = Mutex<Result<LoadedConfiguration, ConfigErrors>?>(nil)

        var result: Result<LoadedConfiguration, ConfigErrors>? { given.withLock { $0 } }

        func give(_ result: Result<LoadedConfiguration, ConfigErrors>) { given.withLock { $0 = result } }
    }
}
