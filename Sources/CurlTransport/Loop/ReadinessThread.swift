import CCurl
import Glibc
import NIOConcurrencyHelpers

/// One small thread that waits on the epoll sets of all loops and wakes the loop whose set has something ready.
///
/// NIO's selector can't watch descriptors that aren't its own, so each ``CurlLoop`` keeps libcurl's sockets in an
/// epoll set, and that set's descriptor stands in the set of this thread (epoll sets nest, epoll(7)). A member is armed
/// for one event (`EPOLLONESHOT`): after a wake-up the thread says nothing more of it until the loop has served its
/// sockets and arms it again.
public final class ReadinessThread: Sendable {
    private let outerSet: Int32
    private let stopDescriptor: Int32
    private let members = NIOLockedValueBox<[Int32: @Sendable () -> Void]>([:])
    private let thread = NIOLockedValueBox<pthread_t?>(nil)

    private static let stopToken = UInt64.max

    /// Starts the thread.
    ///
    /// - Throws: ``CurlFailure`` when the system gives no descriptor or no thread.
    public init() throws(CurlFailure) {
        outerSet = epoll_create1(CCURL_EPOLL_CLOEXEC)
        stopDescriptor = ccurl_eventfd()
        guard outerSet >= 0, stopDescriptor >= 0,
            ccurl_epoll_control(outerSet, EPOLL_CTL_ADD, stopDescriptor, CCURL_EVENT_IN, Self.stopToken) == 0
        else {
            throw CurlFailure(kind: .other, description: "no epoll set for upstream readiness (errno \(errno))")
        }
        var handle = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(&handle, nil, { ReadinessThread.main($0) }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw CurlFailure(kind: .other, description: "no thread for upstream readiness (errno \(result))")
        }
        let started = handle
        thread.withLockedValue { $0 = started }
    }

    deinit {
        close(outerSet)
        close(stopDescriptor)
    }

    /// Adds a loop's set; `wake` is called on this thread each time the set has something ready after being armed.
    func add(set: Int32, wake: @escaping @Sendable () -> Void) throws(CurlFailure) {
        members.withLockedValue { $0[set] = wake }
        guard ccurl_epoll_control(outerSet, EPOLL_CTL_ADD, set, Self.interest, UInt64(set)) == 0 else {
            throw CurlFailure(kind: .other, description: "an epoll set can't be nested (errno \(errno))")
        }
    }

    /// Asks for one more wake-up for a set that was served.
    func arm(set: Int32) {
        _ = ccurl_epoll_control(outerSet, EPOLL_CTL_MOD, set, Self.interest, UInt64(set))
    }

    func remove(set: Int32) {
        _ = ccurl_epoll_control(outerSet, EPOLL_CTL_DEL, set, 0, 0)
        members.withLockedValue { $0[set] = nil }
    }

    /// Ends the thread and waits until it has ended.
    public func stop() {
        let running = thread.withLockedValue { current in
            defer { current = nil }
            return current
        }
        guard let running else { return }
        ccurl_eventfd_signal(stopDescriptor)
        pthread_join(running, nil)
    }

    private static let interest = CCURL_EVENT_IN | CCURL_EVENT_ONESHOT

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let readiness = Unmanaged<ReadinessThread>.fromOpaque(context).takeRetainedValue()
        ccurl_name_thread("curl-ready")
        readiness.run()
        return nil
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(outerSet, &events, Int32(events.count), -1)
            guard count >= 0 || errno == EINTR else { return }
            for index in 0..<max(0, Int(count)) {
                let token = events[index].data.u64
                if token == Self.stopToken { return }
                let wake = members.withLockedValue { $0[Int32(truncatingIfNeeded: token)] }
                wake?()
            }
        }
    }
}
