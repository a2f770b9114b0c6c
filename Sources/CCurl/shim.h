// Typed shims over libcurl's variadic calls, which Swift can't import, and over the few macros it can't see.
#ifndef SCOPEGATE_CCURL_SHIM_H
#define SCOPEGATE_CCURL_SHIM_H


#include <curl/curl.h>
#include <linux/aio_abi.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline CURLcode ccurl_easy_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_set_write_callback(CURL *handle, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_easy_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode ccurl_easy_get_string(CURL *handle, CURLINFO info, const char **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode ccurl_easy_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode ccurl_easy_get_socket(CURL *handle, curl_socket_t *value) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLMcode ccurl_multi_set_socket_callback(CURLM *multi, curl_socket_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context) : code;
}

static inline CURLMcode ccurl_multi_set_timer_callback(
    CURLM *multi, curl_multi_timer_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context) : code;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLSHcode ccurl_share_data(CURLSH *share, curl_lock_data data) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, data);
}

static CURLcode ccurl_allow_moving_writes(CURL *handle, void *context, void *parameter) {
    (void)handle;
    (void)parameter;
    SSL_CTX_set_mode((SSL_CTX *)context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    return CURLE_OK;
}

/// Lets a write that TLS could not take be repeated from another address (SSL_CTX_set_mode(3)): what was refused is moved
/// behind what waits already.
static inline CURLcode ccurl_easy_allow_moving_writes(CURL *handle) {
    return curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, ccurl_allow_moving_writes);
}

static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}

/// An edge-triggered registration for both directions, which stays for the life of a connection: no system call is
/// spent on interest while requests come and go.
static inline int ccurl_epoll_add_edge(int set, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = token}};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int ccurl_epoll_control(int set, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(set, operation, descriptor, &event);
}

static const uint32_t CCURL_EVENT_IN = EPOLLIN;
static const uint32_t CCURL_EVENT_OUT = EPOLLOUT;
static const uint32_t CCURL_EVENT_ERROR = EPOLLERR;
static const uint32_t CCURL_EVENT_HANGUP = EPOLLHUP;
static const uint32_t CCURL_EVENT_PEER_CLOSED = EPOLLRDHUP;
static const uint32_t CCURL_EVENT_ONESHOT = EPOLLONESHOT;

static const int CCURL_EPOLL_CLOEXEC = EPOLL_CLOEXEC;
static const long CCURL_AUTH_BASIC = (long)CURLAUTH_BASIC;

static inline int ccurl_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC);
}

static inline void ccurl_eventfd_signal(int descriptor) {
    (void)eventfd_write(descriptor, 1);
}

/// send(2) without SIGPIPE and without waiting.
static inline ssize_t ccurl_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// recv(2) without waiting.
static inline ssize_t ccurl_receive(int descriptor, void *bytes, size_t count) {
    return recv(descriptor, bytes, count, MSG_DONTWAIT);
}

/// Nanoseconds of the monotonic clock as it stood at the kernel's last tick (clock_gettime(2), CLOCK_MONOTONIC_COARSE).
static inline uint64_t ccurl_coarse_monotonic_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// The kernel's asynchronous I/O, of which glibc has no wrappers (io_setup(2), io_submit(2), io_getevents(2),
// io_destroy(2)). IOCB_CMD_POLL came with Linux 4.18.

static inline int ccurl_aio_setup(unsigned int requests, aio_context_t *context) {
    *context = 0;
    return (int)syscall(SYS_io_setup, (long)requests, context);
}

/// Asks for one signal on `event`, an eventfd, when `descriptor` is readable: at once if it is so already.
static inline int ccurl_aio_poll(aio_context_t context, int descriptor, int event) {
    struct iocb request = {
        .aio_lio_opcode = IOCB_CMD_POLL,
        .aio_fildes = (uint32_t)descriptor,
        .aio_buf = POLLIN,
        .aio_flags = IOCB_FLAG_RESFD,
        .aio_resfd = (uint32_t)event,
    };
    struct iocb *requests[1] = {&request};
    return (int)syscall(SYS_io_submit, context, 1L, requests);
}

/// What the kernel shows of a context at its address (fs/aio.c): the requests that are done lie between head and tail.
struct ccurl_aio_ring {
    unsigned id, nr, head, tail, magic, compatible_features, incompatible_features, header_length;
};

/// Whether the kernel's ring is laid out as this knows it; libaio asks the same.
static inline int ccurl_aio_shows_ring(aio_context_t context) {
    const struct ccurl_aio_ring *ring = (const struct ccurl_aio_ring *)context;
    return ring->magic == 0xa10a10a1 && ring->incompatible_features == 0;
}

/// Where the next request that is done will be put, which changes with each. No system call.
static inline unsigned ccurl_aio_tail(aio_context_t context) {
    return __atomic_load_n(&((const struct ccurl_aio_ring *)context)->tail, __ATOMIC_ACQUIRE);
}

/// Takes the requests that are done out of the context, so that their places are free again.
static inline void ccurl_aio_reap(aio_context_t context) {
    struct io_event events[64];
    struct timespec none = {0, 0};
    (void)syscall(SYS_io_getevents, context, 0L, 64L, events, &none);
}

static inline void ccurl_aio_destroy(aio_context_t context) {
    (void)syscall(SYS_io_destroy, context);
}

static inline void ccurl_name_thread(const char *name) {
    (void)prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
