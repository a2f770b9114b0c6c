import CCurl
import NIOCore

/// A libcurl multi handle driven by a loop: its sockets stand in the loop's epoll set, its timer is a scheduled task of
/// the loop (`curl_multi_socket_action`, never a poll over all handles).
final class CurlMulti: DescriptorWatcher {
    let handle: OpaquePointer
    /// Called with each easy handle that has finished, and its result.
    var finished: ((UnsafeMutableRawPointer, CURLcode) -> Void)?

    private unowned let loop: CurlLoop
    private var timer: Scheduled<Void>?
    private var isClosed = false

    init(loop: CurlLoop) throws(CurlFailure) {
        guard let handle = curl_multi_init() else {
            throw CurlFailure(kind: .other, description: "libcurl has no memory for a multi handle")
        }
        self.handle = OpaquePointer(handle)
        self.loop = loop
        super.init()
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_socket_callback(
            handle,
            { _, socket, what, context, _ in
                guard let context else { return 0 }
                Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().interestChanged(socket, what)
                return 0
            },
            context
        )
        _ = ccurl_multi_set_timer_callback(
            handle,
            { _, milliseconds, context in
                guard let context else { return 0 }
                Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().timerChanged(milliseconds)
                return 0
            },
            context
        )
    }

    private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

    func add(_ easy: UnsafeMutableRawPointer) throws(CurlFailure) {
        let code = curl_multi_add_handle(raw, easy)
        guard code == CURLM_OK else { throw CurlFailure(multi: code) }
    }

    func remove(_ easy: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(raw, easy)
    }

    func setLimits(totalConnections: Int) {
        _ = ccurl_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, totalConnections)
        _ = ccurl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, totalConnections)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.cancel()
        timer = nil
        finished = nil
        curl_multi_cleanup(raw)
    }

    deinit {
        close()
    }

    private func interestChanged(_ socket: curl_socket_t, _ what: Int32) {
        switch what {
        case CURL_POLL_REMOVE: loop.unwatch(socket)
        case CURL_POLL_IN: loop.watchLevels(socket, events: CCURL_EVENT_IN, watcher: self)
        case CURL_POLL_OUT: loop.watchLevels(socket, events: CCURL_EVENT_OUT, watcher: self)
        default: loop.watchLevels(socket, events: CCURL_EVENT_IN | CCURL_EVENT_OUT, watcher: self)
        }
    }

    private func timerChanged(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0, !isClosed else { return }
        // Even a zero time-out waits for the loop's next turn: libcurl forbids a call back into it from here.
        timer = loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { [weak self] in
            guard let self else { return }
            self.timer = nil
            self.act(on: CURL_SOCKET_TIMEOUT, 0)
        }
    }

    override func descriptorReady(_ descriptor: Int32, events: UInt32) {
        var what: Int32 = 0
        if events & CCURL_EVENT_IN != 0 { what |= CURL_CSELECT_IN }
        if events & CCURL_EVENT_OUT != 0 { what |= CURL_CSELECT_OUT }
        if events & (CCURL_EVENT_ERROR | CCURL_EVENT_HANGUP) != 0 { what |= CURL_CSELECT_ERR }
        act(on: descriptor, what)
    }

    private func act(on socket: curl_socket_t, _ what: Int32) {
        guard !isClosed else { return }
        var running: Int32 = 0
        curl_multi_socket_action(raw, socket, what, &running)
        while !isClosed {
            var remaining: Int32 = 0
            guard let message = curl_multi_info_read(raw, &remaining) else { return }
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            finished?(easy, ccurl_message_result(message))
        }
    }
}
