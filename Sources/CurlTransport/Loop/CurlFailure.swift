import CCurl
import Glibc

/// Why a call to libcurl, or a connection that it made, failed.
public struct CurlFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers act upon differently.
    public enum Kind: String, Sendable {
        /// The name could not be resolved.
        case resolve
        /// No connection was accepted.
        case connect
        /// The time for connecting, or for the whole transfer, ran out.
        case timeout
        /// TLS could not be agreed on, or the certificate was refused.
        case tls
        /// Bytes could not be sent or received on an open connection.
        case io
        /// The answer is longer than is taken.
        case tooLarge
        /// Everything else: bad settings, no memory, a limit of libcurl.
        case other
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// libcurl's own words for it; they name no key and no header.
    public var description: String
    /// Whether a transfer had a part of its answer when it failed.
    public var answerHadBegun = false

    /// A failure with a text of ours.
    public init(kind: Kind, description: String) {
        self.kind = kind
        self.description = description
    }

    init(code: CURLcode) {
        self.kind = Kind(code: code)
        self.description = curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }

    /// An open connection's failure as the system tells it (errno(3)).
    init(errno code: Int32) {
        self.kind = .io
        self.description = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }

    init(multi code: CURLMcode) {
        self.kind = .other
        self.description = curl_multi_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}

extension CurlFailure.Kind {
    init(code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .resolve
        case CURLE_COULDNT_CONNECT: self = .connect
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            self = .tls
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: self = .io
        default: self = .other
        }
    }
}
