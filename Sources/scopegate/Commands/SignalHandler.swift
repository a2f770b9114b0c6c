import Dispatch
import Glibc

/// Does something whenever a signal comes, instead of what the system would do.
final class SignalHandler {
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { body() }
        source.resume()
    }

    func cancel() { source.cancel() }
}
