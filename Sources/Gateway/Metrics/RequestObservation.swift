import HTTP1
import NIOCore
import ScopeModel

/// What is counted of a request when it is over. Times are nanoseconds of the monotonic clock; 0 is none.
struct RequestObservation {
    /// How the template is counted: ``CountedTemplates``.
    var template = CountedTemplates.unreadable
    var method = Method.other
    var decision = RequestDecision.none
    /// The status of the answer; 0 until there is one.
    var status = 0
    /// Why the gateway answered with an error of its own, if it did.
    var reason: DenialReason?
    /// When its head was complete.
    let startedAt: UInt64
    /// When it was known whether it may pass.
    var decidedAt: UInt64
    /// Why the response that had begun did not come to its end, if it didn't.
    private(set) var cut: CutReason?
    /// When the first byte of the response came.
    var firstByteAt: UInt64 = 0
    /// When the last byte of the response came, when it was cut, or when the gateway answered itself.
    var endedAt: UInt64 = 0

    /// Content of the request's body that came.
    var bytesReceived: UInt64 = 0
    /// What was written to the client, heads and codings included.
    var bytesSent: UInt64 = 0

    /// The status of a request whose client went before there was an answer; what nginx calls it too.
    static let clientWent = 499

    init(startedAt: UInt64 = Self.now) {
        self.startedAt = startedAt
        decidedAt = startedAt
    }

    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Bytes of the response have come.
    mutating func received(at now: UInt64 = Self.now) {
        if firstByteAt == 0 { firstByteAt = now }
        endedAt = now
    }

    /// The gateway answers with an error of its own.
    mutating func refused(_ reason: DenialReason) {
        self.reason = reason
        status = reason.status
        if reason.isDecision {
            decision = .deny
        } else if decision != .allow {
            decision = .none
        }
        endedAt = Self.now
    }

    /// The gateway answers by itself.
    mutating func answered(status: Int) {
        self.status = status
        endedAt = Self.now
    }

    /// The response ends before its end; what ended it first counts.
    mutating func isCut(_ reason: CutReason, at now: UInt64 = Self.now) {
        guard cut == nil else { return }
        cut = reason
        endedAt = now
    }

    /// The request is over.
    mutating func finish() {
        if status == 0 { status = Self.clientWent }
        if endedAt == 0 { endedAt = Self.now }
    }
}
