import Audit
import SimpleHTTP
import Synchronization

/// Sends server-sent events (WHATWG HTML §9.2) to those who listen at `/events`: audit records as they are written, and
/// a sample of the gateway's figures each second.
///
/// A flood of records isn't passed on whole: beyond a bound in each second they are only counted, in an event
/// `skipped`. Who reads too slowly misses events. Each address has a share of the streams, so that no page can hold all
/// of them.
final class EventHub: Sendable {
    private struct State {
        var streams = StreamPlaces<SimpleStream>(perPeer: 16, together: 64)
        var isClosed = false
        /// How many records may still be sent in this second.
        var budget = EventHub.recordsPerSecond
        var skipped = 0
    }

    private static let recordsPerSecond = 200

    private let state = Mutex(State())

    /// Adds a listener, for which an older one may have to go.
    func add(_ stream: SimpleStream) {
        let id = ObjectIdentifier(stream)
        let peer = stream.peer
        let evicted = state.withLock { state in
            state.isClosed ? stream : state.streams.add(stream, id: id, of: peer)
        }
        evicted?.close()
        guard evicted !== stream else { return }
        stream.onClose { [weak self] in self?.state.withLock { $0.streams.remove(id) } }
        // Says at once that it is connected, so that a client need not wait for the first event.
        stream.write(Array("retry: 2000\n\n".utf8))
    }

    /// Sends whole lines of the audit, each as an event named as the line's own `event`.
    func send(records lines: [UInt8]) {
        let streams = listeners
        guard !streams.isEmpty else { return }
        var text: [UInt8] = []
        for line in lines.split(separator: 0x0A) where takeBudget() {
            let name = line.withUnsafeBytes { AuditLine($0).text(.event) } ?? "record"
            Self.append(name, line, to: &text)
        }
        guard !text.isEmpty else { return }
        for stream in streams { stream.write(text) }
    }

    /// Sends the sample of a second, and how many records there were beyond the bound.
    func send(sample: [UInt8]) {
        let (streams, skipped) = state.withLock { state in
            defer {
                state.budget = Self.recordsPerSecond
                state.skipped = 0
            }
            return (state.streams.streams, state.skipped)
        }
        guard !streams.isEmpty else { return }
        var text: [UInt8] = []
        if skipped > 0 { Self.append("skipped", Array("{\"count\":\(skipped)}".utf8), to: &text) }
        Self.append("sample", sample, to: &text)
        for stream in streams { stream.write(text) }
    }

    /// Ends all streams.
    func close() {
        let streams = state.withLock { state in
            state.isClosed = true
            return state.streams.streams
        }
        for stream in streams { stream.close() }
    }

    private var listeners: [SimpleStream] { state.withLock { $0.streams.streams } }

    private func takeBudget() -> Bool {
        state.withLock { state in
            if state.budget > 0 {
                state.budget -= 1
                return true
            }
            state.skipped += 1
            return false
        }
    }

    /// - Parameter data: One line.
    private static func append(_ event: String, _ data: some Collection<UInt8>, to text: inout [UInt8]) {
        text += "event: \(event)\ndata: ".utf8
        text += data
        text += "\n\n".utf8
    }
}
