import CCurl
import NIOCore

/// One ordinary transfer on the loop's multi handle.
///
/// It holds itself from its start until its completion has been called, for libcurl keeps a bare pointer to it.
final class CurlTransfer {
    typealias Completion = (Result<TransferResponse, CurlFailure>) -> Void

    private let easy: EasyHandle
    private let maximumResponseBytes: Int
    private let completion: Completion
    private var body: [UInt8] = []
    private var isTooLong = false
    private var retained: Unmanaged<CurlTransfer>?

    init(_ request: TransferRequest, loop: CurlLoop, completion: @escaping Completion) throws(CurlFailure) {
        self.maximumResponseBytes = request.maximumResponseBytes
        self.completion = completion
        var handle = try EasyHandle(loop: loop, trust: request.trust)
        handle.apply(request)
        easy = handle
        easy.set(CURLOPT_WRITEDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
        _ = ccurl_easy_set_write_callback(easy.raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    func start(on multi: CurlMulti) throws(CurlFailure) {
        let reference = Unmanaged.passRetained(self)
        retained = reference
        _ = ccurl_easy_set_pointer(easy.raw, CURLOPT_PRIVATE, reference.toOpaque())
        do {
            try multi.add(easy.raw)
        } catch {
            retained = nil
            reference.release()
            throw error
        }
    }

    /// The transfer to which an easy handle belongs.
    static func owner(of easy: UnsafeMutableRawPointer) -> CurlTransfer? {
        var context: UnsafeMutableRawPointer?
        guard ccurl_easy_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { return nil }
        return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Takes it out of the multi handle, calls the completion and lets go of itself.
    func finish(_ code: CURLcode, on multi: CurlMulti) {
        guard let reference = retained else { return }
        retained = nil
        multi.remove(easy.raw)
        completion(result(of: code))
        reference.release()
    }

    private func result(of code: CURLcode) -> Result<TransferResponse, CurlFailure> {
        if isTooLong {
            return .failure(
                CurlFailure(kind: .tooLarge, description: "the answer is longer than \(maximumResponseBytes) bytes")
            )
        }
        var status = 0
        _ = ccurl_easy_get_long(easy.raw, CURLINFO_RESPONSE_CODE, &status)
        guard code == CURLE_OK else {
            var failure = CurlFailure(code: code)
            failure.answerHadBegun = status > 0
            return .failure(failure)
        }
        var type: UnsafePointer<CChar>?
        _ = ccurl_easy_get_string(easy.raw, CURLINFO_CONTENT_TYPE, &type)
        let contentType = type.map { Array(String(cString: $0).utf8) }
        return .success(TransferResponse(status: status, contentType: contentType, body: body))
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= maximumResponseBytes - body.count else {
            isTooLong = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }
}

extension EasyHandle {
    /// The settings that say what to ask whom.
    fileprivate mutating func apply(_ request: TransferRequest) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        if let timeout = request.connectTimeoutMilliseconds { set(CURLOPT_CONNECTTIMEOUT_MS, max(1, timeout)) }
        if let path = request.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let connectTo = request.connectTo { set(CURLOPT_CONNECT_TO, [connectTo]) }
        if request.usesOwnConnection {
            set(CURLOPT_FRESH_CONNECT, 1)
            set(CURLOPT_FORBID_REUSE, 1)
        }
        if let body = request.body {
            set(CURLOPT_POST, 1)
            _ = ccurl_easy_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                // libcurl makes its own copy, which it frees with the handle.
                set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        if let credentials = request.credentials {
            set(CURLOPT_HTTPAUTH, Int(CCURL_AUTH_BASIC))
            set(CURLOPT_USERNAME, credentials.user)
            set(CURLOPT_PASSWORD, credentials.password)
        }
        // An empty Expect stops libcurl from waiting a second for a 100 before a larger body.
        set(CURLOPT_HTTPHEADER, request.headers + ["Expect:"])
    }
}

extension CurlLoop {
    /// Runs an ordinary transfer. The completion is called once, on this loop, never before this returns.
    public func transfer(
        _ request: TransferRequest,
        completion: @escaping (Result<TransferResponse, CurlFailure>) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        do {
            let multi = try domain(of: request.trust).multiForTransfers(on: self)
            if multi.finished == nil {
                multi.finished = { [unowned multi] easy, code in
                    CurlTransfer.owner(of: easy)?.finish(code, on: multi)
                }
            }
            try CurlTransfer(request, loop: self, completion: completion).start(on: multi)
        } catch {
            eventLoop.assumeIsolated().execute { completion(.failure(error)) }
        }
    }
}
