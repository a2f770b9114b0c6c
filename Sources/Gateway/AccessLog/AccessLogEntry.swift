import Redaction

/// What a line of the access log is made of. Of what clients and issuers wrote it has nothing with a key in it.
struct AccessLogEntry: Sendable {
    /// What stands in the head of the request, copied while it is at hand; nil of a head that can't be read.
    struct Request: Sendable {
        var method: RedactedText?
        /// Up to `?`: what follows may hold anything.
        var path: RedactedText?
        var version: ClientProtocol
        /// The client speaks TLS.
        var isSecure = false
        var userAgent: RedactedText?
        /// Without its query.
        var referer: RedactedText?
        var traceID: RedactedText?
        /// The client's own id for the request, where the gateway has given it another.
        var clientsID: RedactedText?
    }

    /// When the request was over, in microseconds since 1970.
    var timeMicroseconds: Int64
    var requestID: RedactedText
    var client: RedactedText
    var request: Request?
    var template: RedactedText?
    var keyID: RedactedText?
    var subject: RedactedText?
    var generation: UInt64
    var observed: RequestObservation

    /// The memory that it keeps.
    var retainedBytes: Int {
        let texts = [
            requestID, client, template, keyID, subject, request?.method, request?.path, request?.userAgent,
            request?.referer, request?.traceID, request?.clientsID,
        ]
        return texts.reduce(MemoryLayout<AccessLogEntry>.stride) { $0 + RetainedBytes.of($1?.bytes) }
    }
}
