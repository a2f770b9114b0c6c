import HTTP1
import Introspection
import ScopeModel

/// What is known of the request that a connection is working on.
final class CurrentRequest {
    let snapshot: RuntimeSnapshot
    let id: RequestID
    /// The id is the one that a trusted proxy has sent.
    var hasClientsID = false
    /// Where an id stands that the client has sent, well-formed, when the request has another.
    var clientsID: ByteRange?
    /// The client would use the connection again.
    private(set) var keepsAlive: Bool
    let isHead: Bool
    let version: HTTPVersion
    /// The client waits for a 100 before it sends the body.
    let expectsContinue: Bool
    /// Its head could be read, so that it is known how its body ends.
    let headWasRead: Bool
    /// How many bytes of the buffer are its head; 0 when the head couldn't be read.
    var headLength: Int
    var template: Int?
    var requirement = Requirement.authenticated
    /// How long the body may be, in bytes of content; nil for as long as it likes.
    var bodyLimit: UInt64?
    /// Which backend it goes to.
    var forwarding: RouteForwarding
    var grant: Grant?
    /// Where the key stands in the head.
    var key: ByteRange?
    var bodyByteCount: UInt64 = 0
    /// It is counted among the requests in flight.
    var isInFlight = false
    /// What is counted of it when it is over.
    @exclusivity(unchecked) var observed: RequestObservation
    /// What the access log and traces need of it, if they have it.
    @exclusivity(unchecked) var seen: ObservedRequest?
    /// It passes, and will or may have to be recorded when it is known what became of it.
    var pendingRecord: PendingRecord?
    /// Why it is refused, while that is being recorded.
    var refusal: Denial?

    /// Nothing that stands behind it on the connection is looked at any more.
    func endsConnection() {
        keepsAlive = false
        headLength = 0
    }

    init(
        snapshot: RuntimeSnapshot,
        id: RequestID,
        keepsAlive: Bool,
        isHead: Bool,
        version: HTTPVersion,
        expectsContinue: Bool,
        headLength: Int,
        observed: RequestObservation,
        seen: ObservedRequest? = nil
    ) {
        self.snapshot = snapshot
        forwarding = snapshot.upstreams.unrouted
        self.id = id
        self.keepsAlive = keepsAlive
        self.isHead = isHead
        self.version = version
        self.expectsContinue = expectsContinue
        headWasRead = headLength > 0
        self.headLength = headLength
        self.observed = observed
        self.seen = seen
    }
}
