import CurlTransport

/// A user of a connection that writes down what it is told, sends what it is given and reads what there is.
final class TestUser: UpstreamConnectionUser, @unchecked Sendable {
    enum End: Equatable {
        case endOfStream
        case failed(CurlFailure.Kind)
    }

    private(set) var connectingCount = 0
    private(set) var connectedCount = 0
    private(set) var failures: [CurlFailure.Kind] = []
    private(set) var readableCount = 0
    private(set) var blockedSends = 0
    private(set) var received: [UInt8] = []
    private(set) var longestRead = 0
    private(set) var end: End?
    private(set) var sendFailure: CurlFailure.Kind?
    private var pending: ArraySlice<UInt8> = []

    var connection: UpstreamConnection?
    /// Whether it reads as soon as it can.
    var reads = true
    /// How much it asks for at once.
    var readSize = UpstreamConnection.receiveLimit

    var text: String { String(decoding: received, as: UTF8.self) }
    var hasSentAll: Bool { pending.isEmpty }

    func send(_ bytes: some Collection<UInt8>) {
        pending += Array(bytes)
        sendPending()
    }

    private func sendPending() {
        guard let connection, connection.isOpen else { return }
        while !pending.isEmpty {
            switch pending.withUnsafeBytes({ connection.send($0) }) {
            case .sent(let count): pending = pending.dropFirst(count)
            case .wouldBlock:
                blockedSends += 1
                return
            case .failed(let failure):
                sendFailure = failure.kind
                return
            }
        }
    }

    /// Reads until there is nothing, or nothing more ever.
    func readAll() {
        guard let connection else { return }
        while connection.isReadable, end == nil, connection.isOpen {
            var result = UpstreamConnection.ReceiveResult.wouldBlock
            let bytes = [UInt8](unsafeUninitializedCapacity: readSize) { buffer, count in
                result = connection.receive(into: UnsafeMutableRawBufferPointer(buffer))
                if case .received(let received) = result { count = received }
            }
            switch result {
            case .received(let count):
                received += bytes
                longestRead = max(longestRead, count)
            case .wouldBlock: return
            case .endOfStream: end = .endOfStream
            case .failed(let failure): end = .failed(failure.kind)
            }
        }
    }

    override func upstreamConnecting(_ connection: UpstreamConnection) {
        self.connection = connection
        connectingCount += 1
    }

    override func upstreamConnected(_ connection: UpstreamConnection) {
        self.connection = connection
        connectedCount += 1
        sendPending()
    }

    override func upstreamConnectFailed(_ failure: CurlFailure) {
        failures.append(failure.kind)
    }

    override func upstreamReadable(_ connection: UpstreamConnection) {
        readableCount += 1
        if reads { readAll() }
    }

    override func upstreamWritable(_ connection: UpstreamConnection) {
        sendPending()
    }
}
