import Dispatch

/// Something that happens once, for which a thread waits, ten seconds at most.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func send() { semaphore.signal() }

    func wait() throws {
        guard semaphore.wait(timeout: .now() + .seconds(10)) == .success else {
            throw PeerError(description: "waited in vain for a signal")
        }
        // Whoever waits next finds it as well.
        semaphore.signal()
    }
}
