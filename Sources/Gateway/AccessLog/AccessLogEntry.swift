/// What a line of the access log is made of.
struct AccessLogEntry: Sendable {
    /// What stands in the head of the request, copied while it is at hand; nil of a head that can't be read.
    struct Request: Sendable {
        var method: [UInt8]
        /// Up to `?`: what follows may hold anything.
        var path: [UInt8]
        var version: ClientProtocol
        /// The client speaks TLS.
        var isSecure = false
        var userAgent: [UInt8]?
        /// Without its query.
        var referer: [UInt8]?
        var traceID: [UInt8]?
        /// What may be a key, and must not stand in any of these.
        var secrets: [[UInt8]]
    }

    /// When the request was over, in microseconds since 1970.
    var timeMicroseconds: Int64
    var requestID: [UInt8]
    var client: String
    var request: Request?
    var template: String?
    var keyID: String?
    var subject: String?
    var generation: UInt64
    var observed: RequestObservation
}
