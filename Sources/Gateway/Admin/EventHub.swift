import Audit
import SimpleHTTP
import Synchronization

/// Sends server-sent events (WHATWG HTML §9.2) to those who listen at `/events`: audit records as they are written, and a
/// sample of the gateway's figures each second.
///
/// A flood of records isn't passed on whole: beyond a bound in each second they are only counted, in an event `skipped`.
/// Who reads too slowly misses events.
final class EventHub: Sendable {
    private struct State {
        var streams: [ObjectIdentifier: SimpleStream] = [:]
        /// How many records may still be sent in this second.
        var budget = EventHub.recordsPerSecond
        var skipped = 0
    }

    private static let recordsPerSecond = 200
    private static let mostStreams = 64

    private let state = Mutex(State())

    /// Adds a listener; false when there are too many.
    func add(_ stream: SimpleStream) -> Bool {
        let id = ObjectIdentifier(stream)
        let isAdded = state.withLock { state in
            guard state.streams.count < Self.mostStreams else { return false }
            state.streams[id] = stream
            return true
        }
        guard isAdded else { return false }
        stream.onClose { [weak self] in
            self?.state.withLock { state in _ = state.streams.removeValue(forKey: id) }
        }
        // Says at once that it is connected, so that a client need not wait for the first event.
        stream.write(Array("retry: 2000\n\n".utf8))
        return true
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
            return (Array(state.streams.values), state.skipped)
        }
        guard !streams.isEmpty else { return }
        var text: [UInt8] = []
        if skipped > 0 { Self.append("skipped", Array("{\"count\":\(skipped)}".utf8), to: &text) }
        Self.append("sample", sample, to: &text)
        for stream in streams { stream.write(text) }
    }

    /// Ends all streams.
    func close() {
        for stream in listeners { stream.close() }
    }

    private var listeners: [SimpleStream] { state.withLock { Array($0.streams.values) } }

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
