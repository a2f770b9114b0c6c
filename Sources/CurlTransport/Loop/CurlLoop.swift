import CCurl
import DequeModule
import Glibc
import NIOCore

/// libcurl as one event loop sees it: the epoll set of libcurl's sockets, and by trust what the loop's handles share.
///
/// Everything here runs on `eventLoop` alone; that is why `@unchecked Sendable` is right: instances are passed between
/// threads only to be handed back to their loop.
public final class CurlLoop: @unchecked Sendable {
    /// The loop that owns this.
    public let eventLoop: any EventLoop

    private let readiness: ReadinessThread
    /// What wakes the loop instead of the thread, once it is known to work.
    private var kernelReadiness: KernelReadiness?
    private let set: Int32
    // What changes these in place calls nothing that could come back to them, so nothing is checked at run time.
    @exclusivity(unchecked) private var events: [epoll_event]
    /// Who is told of a descriptor's events, by descriptor.
    @exclusivity(unchecked) private var watchers: [Watch] = []
    private var generation: UInt32 = 0
    private var closed = false
    private var wakeUp: @Sendable () -> Void = {}
    /// The domain of connections without TLS.
    private let plain: CurlDomain
    private var domains: [ObjectIdentifier: CurlDomain] = [:]

    private struct Watch {
        var generation: UInt32 = 0
        /// What has happened on the descriptor since its watcher was told last.
        var unserved: UInt32 = 0
        var watcher: DescriptorWatcher?
    }

    /// The descriptors with unserved events, in the order in which they were seen.
    @exclusivity(unchecked) private var ready: Deque<Int32> = []
    /// It has been looked for events in this turn of the event loop.
    private var hasLooked = false

    /// Makes the loop's epoll set and hands it to the readiness thread.
    ///
    /// - Parameter usesKernelReadiness: Whether the kernel may wake the loop without the thread where it can.
    /// - Throws: ``CurlFailure`` when libcurl or the system can't give what is needed.
    public init(
        eventLoop: any EventLoop,
        readiness: ReadinessThread,
        usesKernelReadiness: Bool = true
    ) throws(CurlFailure) {
        guard CurlLibrary.initialised else {
            throw CurlFailure(kind: .other, description: "libcurl could not be initialised")
        }
        self.eventLoop = eventLoop
        self.readiness = readiness
        self.set = epoll_create1(CCURL_EPOLL_CLOEXEC)
        guard set >= 0 else {
            throw CurlFailure(kind: .other, description: "no epoll set (errno \(errno))")
        }
        self.events = [epoll_event](repeating: epoll_event(), count: 256)
        plain = CurlDomain(nil)
        let drain: @Sendable () -> Void = { [weak self] in self?.drain() }
        self.wakeUp = { [eventLoop] in eventLoop.execute(drain) }
        try readiness.add(set: set, wake: wakeUp)
        if usesKernelReadiness { eventLoop.execute { self.replaceThread() } }
    }

    /// Lets the kernel wake the loop rather than the thread, if it can.
    private func replaceThread() {
        guard !closed else { return }
        KernelReadiness.make(on: eventLoop, set: set) { [weak self] in self?.drain() }
            .assumeIsolated()
            .whenSuccess { made in
                guard let made = made?.value else { return }
                guard !self.closed, made.arm(set: self.set) else { return made.close() }
                self.kernelReadiness = made
                self.readiness.remove(set: self.set)
            }
    }

    deinit {
        if !closed {
            kernelReadiness?.close()
            readiness.remove(set: set)
            Glibc.close(set)
        }
    }

    /// Lets go of the epoll set; connections and transfers must have ended. Call it on the loop.
    public func close() {
        guard !closed else { return }
        closed = true
        plain.close()
        for domain in domains.values { domain.close() }
        domains.removeAll()
        watchers.removeAll()
        ready.removeAll()
        kernelReadiness?.close()
        kernelReadiness = nil
        readiness.remove(set: set)
        Glibc.close(set)
    }

    /// What handles under a trust share; nil stands for connections without TLS.
    func domain(of trust: TLSTrust?) -> CurlDomain {
        guard let trust else { return plain }
        if domains.count > 1 { forgetUnusedTrusts() }
        let identifier = ObjectIdentifier(trust)
        // An object that is gone may have had the same address.
        if let known = domains[identifier], known.trust === trust { return known }
        forgetUnusedTrusts()
        let domain = CurlDomain(trust)
        domains[identifier] = domain
        return domain
    }

    /// Lets go of what was shared under trusts that nobody uses any more: their sessions, and idle connections.
    public func forgetUnusedTrusts() {
        for (identifier, domain) in domains where domain.trust == nil { domains[identifier] = nil }
    }

    // MARK: Readiness

    /// Serves every socket that is ready and asks to be woken again.
    ///
    /// It is called when the kernel or the readiness thread wakes the loop. It may also be called at any other time on
    /// the loop: what is served then need not be woken for.
    public func drain() {
        guard !closed else { return }
        // A few rounds at most, so that a busy upstream can't keep the loop from its other work.
        for _ in 0..<4 {
            let mayBeMore = look()
            serve()
            if closed { return }
            if !mayBeMore { break }
        }
        arm()
    }

    private func arm() {
        guard let kernelReadiness else { return readiness.arm(set: set) }
        if kernelReadiness.arm(set: set) { return }
        // The system has run out of what it needs: back to the thread.
        self.kernelReadiness = nil
        kernelReadiness.close()
        try? readiness.add(set: set, wake: wakeUp)
    }

    /// Sees to it that the events of all sockets up to the beginning of this turn of the event loop are known, by one
    /// look a turn, or by none where the kernel shows that there is nothing to see. They are served at the turn's end,
    /// not before this returns.
    func lookOnceThisTurn() {
        guard !hasLooked, !closed, kernelReadiness?.knowsOfNothing != true else { return }
        hasLooked = true
        look()
        eventLoop.assumeIsolated().execute { self.turnEnds() }
    }

    private func turnEnds() {
        hasLooked = false
        serve()
    }

    /// Asks the epoll set what is ready, without serving it; whether there may be more.
    @discardableResult
    private func look() -> Bool {
        let count = Int(epoll_wait(set, &events, Int32(events.count), 0))
        guard count > 0 else { return false }
        for index in 0..<count {
            let event = events[index]
            let descriptor = Int(UInt32(truncatingIfNeeded: event.data.u64))
            let generation = UInt32(truncatingIfNeeded: event.data.u64 >> 32)
            // A descriptor may have been closed and given out again since.
            guard descriptor < watchers.count, watchers[descriptor].generation == generation else { continue }
            if watchers[descriptor].unserved == 0 { ready.append(Int32(descriptor)) }
            watchers[descriptor].unserved |= event.events
        }
        return count == events.count
    }

    private func serve() {
        // What is seen while this runs is served by whoever saw it.
        var left = ready.count
        while left > 0, !closed, let descriptor = ready.popFirst() {
            left -= 1
            let index = Int(descriptor)
            let happened = watchers[index].unserved
            watchers[index].unserved = 0
            // An earlier event may have led to the descriptor's being closed.
            guard happened != 0, let watcher = watchers[index].watcher else { continue }
            watcher.descriptorReady(descriptor, events: happened)
        }
    }

    /// Whether something has happened on a descriptor that its watcher hasn't been told of yet.
    func hasUnservedEvent(_ descriptor: Int32) -> Bool {
        Int(descriptor) < watchers.count && watchers[Int(descriptor)].unserved != 0
    }

    func watchEdges(_ descriptor: Int32, watcher: DescriptorWatcher) -> Bool {
        let token = register(descriptor, watcher: watcher)
        if ccurl_epoll_add_edge(set, descriptor, token) == 0 { return true }
        // libcurl may have left it in the set while it connected.
        _ = ccurl_epoll_control(set, EPOLL_CTL_DEL, descriptor, 0, 0)
        return ccurl_epoll_add_edge(set, descriptor, token) == 0
    }

    func watchLevels(_ descriptor: Int32, events: UInt32, watcher: DescriptorWatcher) {
        if Int(descriptor) < watchers.count, watchers[Int(descriptor)].watcher === watcher {
            let token = token(of: descriptor)
            if ccurl_epoll_control(set, EPOLL_CTL_MOD, descriptor, events, token) == 0 { return }
        }
        let token = register(descriptor, watcher: watcher)
        if ccurl_epoll_control(set, EPOLL_CTL_ADD, descriptor, events, token) != 0 {
            _ = ccurl_epoll_control(set, EPOLL_CTL_MOD, descriptor, events, token)
        }
    }

    func unwatch(_ descriptor: Int32) {
        guard !closed, Int(descriptor) < watchers.count else { return }
        watchers[Int(descriptor)].watcher = nil
        watchers[Int(descriptor)].unserved = 0
        _ = ccurl_epoll_control(set, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    private func register(_ descriptor: Int32, watcher: DescriptorWatcher) -> UInt64 {
        let index = Int(descriptor)
        if index >= watchers.count {
            watchers.append(contentsOf: repeatElement(Watch(), count: index + 1 - watchers.count))
        }
        generation &+= 1
        watchers[index] = Watch(generation: generation, watcher: watcher)
        return token(of: descriptor)
    }

    private func token(of descriptor: Int32) -> UInt64 {
        UInt64(watchers[Int(descriptor)].generation) << 32 | UInt64(UInt32(descriptor))
    }
}

/// Somebody who is told when a descriptor of the loop's epoll set is ready.
///
/// A class and not a protocol: the call is on the path of every request, and a class's costs one indirect jump.
public class DescriptorWatcher {
    init() {}

    func descriptorReady(_ descriptor: Int32, events: UInt32) {}
}
