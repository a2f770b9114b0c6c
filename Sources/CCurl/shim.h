// Typed shims over libcurl's variadic calls, which Swift can't import, and over the few macros it can't see.
#ifndef SCOPEGATE_CCURL_SHIM_H
#define SCOPEGATE_CCURL_SHIM_H


#include <curl/curl.h>
#include <linux/aio_abi.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
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

/// What a TLS client believes and shows, read once for all of its connections.
struct ccurl_trust {
    X509_STORE *authorities;
    X509 *certificate;
    STACK_OF(X509) *chain;
    EVP_PKEY *key;
};

enum ccurl_trust_problem {
    CCURL_TRUST_FINE, CCURL_TRUST_AUTHORITIES, CCURL_TRUST_CERTIFICATE, CCURL_TRUST_KEY, CCURL_TRUST_MISMATCH
};

/// Says that there is no passphrase, rather than have one asked for at the terminal.
static int ccurl_no_passphrase(char *text, int size, int writes, void *context) {
    (void)text;
    (void)size;
    (void)writes;
    (void)context;
    return -1;
}

static inline void ccurl_trust_free(struct ccurl_trust *trust) {
    X509_STORE_free(trust->authorities);
    X509_free(trust->certificate);
    sk_X509_pop_free(trust->chain, X509_free);
    EVP_PKEY_free(trust->key);
    trust->authorities = NULL;
    trust->certificate = NULL;
    trust->chain = NULL;
    trust->key = NULL;
}

/// Reads the authorities of a PEM text; the number of certificates, or -1 when it can't be read.
static inline int ccurl_trust_add_authorities(struct ccurl_trust *trust, const void *bytes, int count) {
    BIO *text = BIO_new_mem_buf(bytes, count);
    STACK_OF(X509_INFO) *found = text ? PEM_X509_INFO_read_bio(text, NULL, ccurl_no_passphrase, NULL) : NULL;
    int added = found ? 0 : -1;
    for (int index = 0; found && index < sk_X509_INFO_num(found); index++) {
        X509 *certificate = sk_X509_INFO_value(found, index)->x509;
        if (certificate && X509_STORE_add_cert(trust->authorities, certificate) == 1) added++;
    }
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    BIO_free(text);
    ERR_clear_error();
    return added;
}

static inline int ccurl_trust_set_certificate(struct ccurl_trust *trust, const void *bytes, int count) {
    BIO *text = BIO_new_mem_buf(bytes, count);
    trust->chain = sk_X509_new_null();
    if (text && trust->chain) trust->certificate = PEM_read_bio_X509_AUX(text, NULL, ccurl_no_passphrase, NULL);
    X509 *next = NULL;
    while (trust->certificate && (next = PEM_read_bio_X509(text, NULL, ccurl_no_passphrase, NULL))) {
        if (sk_X509_push(trust->chain, next) == 0) X509_free(next);
    }
    BIO_free(text);
    ERR_clear_error();
    return trust->certificate ? CCURL_TRUST_FINE : CCURL_TRUST_CERTIFICATE;
}

static inline int ccurl_trust_set_key(struct ccurl_trust *trust, const void *bytes, int count) {
    BIO *text = BIO_new_mem_buf(bytes, count);
    if (text) trust->key = PEM_read_bio_PrivateKey(text, NULL, ccurl_no_passphrase, NULL);
    BIO_free(text);
    int fits = trust->key && X509_check_private_key(trust->certificate, trust->key) == 1;
    ERR_clear_error();
    return !trust->key ? CCURL_TRUST_KEY : fits ? CCURL_TRUST_FINE : CCURL_TRUST_MISMATCH;
}

/// Makes an empty trust, by which nobody is believed; 0 when there is no memory.
static inline int ccurl_trust_begin(struct ccurl_trust *trust) {
    *trust = (struct ccurl_trust){.authorities = X509_STORE_new()};
    // As libcurl has it: an authority that is trusted ends a chain, whoever has signed it.
    return trust->authorities
        && X509_STORE_set_flags(trust->authorities, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

static CURLcode ccurl_prepare_tls(CURL *handle, void *context, void *parameter) {
    (void)handle;
    SSL_CTX *tls = (SSL_CTX *)context;
    const struct ccurl_trust *trust = (const struct ccurl_trust *)parameter;
    // A write that TLS could not take may be repeated from another address (SSL_CTX_set_mode(3)): what was refused is
    // moved behind what waits already.
    SSL_CTX_set_mode(tls, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    if (!trust || !trust->authorities) return CURLE_SSL_CERTPROBLEM;
    SSL_CTX_set1_cert_store(tls, trust->authorities);
    if (!trust->certificate) return CURLE_OK;
    int taken = SSL_CTX_use_certificate(tls, trust->certificate) == 1 && SSL_CTX_set1_chain(tls, trust->chain) == 1
        && SSL_CTX_use_PrivateKey(tls, trust->key) == 1;
    return taken ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

/// Has a handle believe a trust and nothing else; it has to outlive the handle. Without one no server is believed.
static inline CURLcode ccurl_easy_set_trust(CURL *handle, const struct ccurl_trust *trust) {
    (void)curl_easy_setopt(handle, CURLOPT_CAINFO, NULL);
    (void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, (void *)trust);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, ccurl_prepare_tls) : code;
}

/// The file of the authorities that libcurl was built to believe; NULL when there is none.
static inline const char *ccurl_system_authorities(void) {
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    return info->age >= CURLVERSION_SEVENTH ? info->cainfo : NULL;
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
