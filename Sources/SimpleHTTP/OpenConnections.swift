import NIOCore
import Synchronization

/// The connections of a server, of which there are never more than so many: for a new one that closes which has been
/// without a request for the longest time, and the new one itself where all others have one.
final class OpenConnections: Sendable {
    /// A connection, and since when it has had no request that is being answered.
    final class Entry: Sendable {
        fileprivate let channel: any Channel
        private let idleSince = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)

        fileprivate init(_ channel: any Channel) { self.channel = channel }

        /// A request is being answered.
        func isBusy() { idleSince.store(0, ordering: .relaxed) }

        /// Nothing is being answered any more.
        func isIdle() {
            guard since == nil else { return }
            idleSince.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        }

        /// Since when nothing is being answered, in nanoseconds; nil while something is.
        fileprivate var since: UInt64? {
            let since = idleSince.load(ordering: .relaxed)
            return since == 0 ? nil : since
        }
    }

    private let maximum: Int
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes on a new connection.
    func add(_ channel: any Channel) -> Entry {
        let entry = Entry(channel)
        let id = ObjectIdentifier(channel)
        let surplus = entries.withLock { entries -> (any Channel)? in
            defer { entries[id] = entry }
            guard entries.count >= maximum else { return nil }
            let oldest = entries.compactMap { id, entry in entry.since.map { (id: id, since: $0) } }
                .min { $0.since < $1.since }
            guard let oldest else { return channel }
            return entries.removeValue(forKey: oldest.id)?.channel
        }
        channel.closeFuture.whenComplete { [self] _ in entries.withLock { $0[id] = nil } }
        surplus?.close(promise: nil)
        return entry
    }

    /// All of them.
    var channels: [any Channel] { entries.withLock { $0.values.map(\.channel) } }
}
