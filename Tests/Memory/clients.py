"""Clients that behave badly: each kind makes one connection and does its worst with it."""

import socket
import ssl

from HTTP2.frames import ACK, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, frame, literal

# How much a client's system takes of what it doesn't read: as little as it lets itself be told.
RECEIVE_BUFFER = 4 << 10

REFUSED = b"GET /closed/x HTTP/1.1\r\nHost: gateway\r\n\r\n"
# Its head makes the loop's buffers as large as they get.
LARGE_HEAD = b"GET /open/small HTTP/1.1\r\nHost: gateway\r\nX-Large: " + b"a" * 30_000 + b"\r\n\r\n"


def connect(port):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    connection.connect(("127.0.0.1", port))
    return connection


def push(connection, octets):
    """Sends as much as the other side takes at once."""
    connection.setblocking(False)
    try:
        while octets:
            octets = octets[connection.send(octets):]
    except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError, OSError):
        pass
    return connection


def pipelines(ports):
    """2,000 requests that are refused, and no response is read."""
    return push(connect(ports["plain"]), LARGE_HEAD + REFUSED * 2000)


def tls_pipelines(ports):
    context = ssl._create_unverified_context()
    secured = context.wrap_socket(connect(ports["tls"]), server_hostname="localhost")
    return push(secured, LARGE_HEAD + REFUSED * 2000)


def headers(stream, path):
    fields = [(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"gateway"), (b":path", path)]
    block = b"".join(literal(name, value) for name, value in fields)
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, block)


def no_window():
    """The client's settings, with a window of nothing for each stream (RFC 9113 §6.5.2)."""
    return PREFACE + frame(SETTINGS, 0, 0, b"\0\4\0\0\0\0") + frame(SETTINGS, ACK, 0)


def http2_refusals(ports):
    """100 streams that are refused, whose responses the client has no window for."""
    return push(connect(ports["http2"]), no_window() + b"".join(headers(2 * n + 1, b"/closed/x") for n in range(100)))


def http2_answers(ports):
    """100 streams of large responses that the client has no window for."""
    return push(connect(ports["http2"]), no_window() + b"".join(headers(2 * n + 1, b"/open/large") for n in range(100)))


def unfinished_heads(ports):
    """A head of 30 KB whose end doesn't come."""
    return push(connect(ports["plain"]), b"GET /open/x HTTP/1.1\r\nHost: gateway\r\nX-Large: " + b"a" * 30_000)


def unread_answers(ports):
    """A large response of which nothing is read."""
    return push(connect(ports["plain"]), b"GET /open/large HTTP/1.1\r\nHost: gateway\r\n\r\n")


def small_pieces(ports):
    """The same of a backend that sends 100 bytes at a time."""
    return push(connect(ports["plain"]), b"GET /pieces/x HTTP/1.1\r\nHost: gateway\r\n\r\n")


def long_fields(ports):
    """20 requests with 30 KB for the access log, which nobody reads."""
    field = b"GET /open/small HTTP/1.1\r\nHost: gateway\r\nUser-Agent: " + b"a" * 30_000 + b"\r\n\r\n"
    connection = connect(ports["plain"])
    connection.settimeout(20)
    for _ in range(20):
        connection.sendall(field)
        connection.recv(4 << 10)
    return connection


KINDS = {
    "unread pipelines": pipelines,
    "unread pipelines, TLS": tls_pipelines,
    "refusals without a window, HTTP/2": http2_refusals,
    "answers without a window, HTTP/2": http2_answers,
    "unfinished heads": unfinished_heads,
    "unread large answers": unread_answers,
    "unread answers in small pieces": small_pieces,
    "long fields, blocked log": long_fields,
}
