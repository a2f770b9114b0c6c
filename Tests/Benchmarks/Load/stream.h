// A connection's bytes, plain or secured by TLS.

#pragma once

#include <errno.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int descriptor;
    SSL *tls; // NULL for plain ones
} stream;

/// Takes over a connected, blocking descriptor. False when the handshake fails.
static bool stream_open(stream *it, int descriptor, bool secured) {
    static SSL_CTX *context;
    *it = (stream){.descriptor = descriptor};
    if (!secured) return true;
    if (!context && !(context = SSL_CTX_new(TLS_client_method()))) return false;
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    it->tls = SSL_new(context);
    return it->tls && SSL_set_fd(it->tls, descriptor) == 1 && SSL_connect(it->tls) == 1;
}

static void stream_close(stream *it) {
    SSL_free(it->tls);
    close(it->descriptor);
}

/// What recv(2) and send(2) would return of the result of SSL_read or SSL_write.
static ssize_t stream_result(stream *it, int result) {
    if (result > 0) return result;
    switch (SSL_get_error(it->tls, result)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    default: errno = EPROTO; return -1;
    }
}

static ssize_t stream_send(stream *it, const char *bytes, size_t length) {
    if (it->tls) return stream_result(it, SSL_write(it->tls, bytes, (int)length));
    return send(it->descriptor, bytes, length, MSG_NOSIGNAL);
}

static ssize_t stream_receive(stream *it, char *bytes, size_t length) {
    if (it->tls) return stream_result(it, SSL_read(it->tls, bytes, (int)length));
    return recv(it->descriptor, bytes, length, 0);
}

/// Whether bytes have been taken from the descriptor, which tells nothing of them any more, and not yet been received.
static bool stream_holds_more(stream *it) { return it->tls && SSL_pending(it->tls) > 0; }
