import CurlTransport
import HTTP1

/// What is kept of a request that is logged or traced until it is over. A box, so that the others stay small.
final class ObservedRequest {
    let head: AccessLogEntry.Request?
    /// It gets a line in the access log.
    let isLogged: Bool
    /// Its spans, if it is traced.
    var trace: RequestTrace?
    /// The server that it was sent to last.
    var server: UpstreamTarget?
    /// It waited for the introspection endpoint.
    var wasIntrospected = false

    init(head: AccessLogEntry.Request?, isLogged: Bool, trace: RequestTrace?) {
        self.head = head
        self.isLogged = isLogged
        self.trace = trace
    }
}
