"""Frames of HTTP/2 (RFC 9113 §4, §6), written and read byte by byte: nothing is checked, so that anything can be sent."""

import socket, ssl, struct, time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY_FLAG = 0x1, 0x1, 0x4, 0x8, 0x20
ERRORS = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
          "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
          "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"]


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A field that is never in a table and has no Huffman coding (RFC 7541 §6.2.2)."""
    def text(octets):
        if len(octets) < 127:
            return bytes([len(octets)]) + octets
        rest, out = len(octets) - 127, [127]
        while rest >= 128:
            out.append(rest % 128 + 128)
            rest //= 128
        return bytes(out + [rest]) + octets
    return b"\0" + text(name) + text(value)


class Stream:
    """What has come on a stream."""

    def __init__(self):
        self.heads, self.data, self.ended, self.reset = [], b"", False, None
        # What the server has allowed to be sent besides the window that it began with.
        self.credit = 0

    @property
    def interim(self):
        return [int(dict(head)[b":status"]) for head in self.heads if dict(head).get(b":status", b"").startswith(b"1")]

    @property
    def head(self):
        finals = [head for head in self.heads if not dict(head).get(b":status", b"1").startswith(b"1")]
        return dict(finals[0]) if finals else None

    @property
    def trailers(self):
        return next((dict(head) for head in self.heads if b":status" not in dict(head)), None)

    @property
    def is_over(self):
        return self.ended or self.reset is not None


class Connection:
    def __init__(self, port, settings=b"", secure=False, path=None, window=None):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection(("127.0.0.1", port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if secure:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket)
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 24
        self.streams, self.goaway, self.is_closed, self.pings, self.next = {}, None, False, 0, 1
        self.settings, self.buffer, self.takes = {}, b"", True
        # Of a header section that isn't whole yet, and the largest frame of one.
        self.section, self.largest = b"", 0
        self.send(PREFACE + frame(SETTINGS, 0, 0, settings))

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError:
            pass

    def open(self):
        """The number of a new stream."""
        number, self.next = self.next, self.next + 2
        self.streams[number] = Stream()
        return number

    def headers(self, stream, fields, flags=END_HEADERS | END_STREAM, huffman=True):
        self.send(frame(HEADERS, flags, stream, self.encoder.encode(fields, huffman)))

    def read(self, until, within=5):
        """Reads frames until something holds."""
        end = time.monotonic() + within
        while not until():
            if self.is_closed or time.monotonic() > end:
                return False
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                octets = self.socket.recv(1 << 16)
            except (TimeoutError, socket.timeout):
                return False
            except OSError:
                octets = b""
            if not octets:
                self.is_closed = True
                continue
            self.buffer += octets
            self.take()
        return True

    def take(self):
        while len(self.buffer) >= 9:
            length = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + length:
                return
            kind, flags = self.buffer[3], self.buffer[4]
            number = int.from_bytes(self.buffer[5:9], "big")
            payload, self.buffer = self.buffer[9:9 + length], self.buffer[9 + length:]
            stream = self.streams.setdefault(number, Stream()) if number else None
            if self.section and kind != CONTINUATION:
                raise AssertionError(f"a frame of kind {kind} within a header section")
            if kind in (HEADERS, CONTINUATION):
                self.largest = max(self.largest, length)
                self.section += payload
                stream.ended |= bool(flags & END_STREAM and kind == HEADERS)
                if flags & END_HEADERS:
                    section, self.section = self.section, b""
                    stream.heads.append([(bytes(n), bytes(v)) for n, v in self.decoder.decode(section, raw=True)])
                elif not self.section:
                    raise AssertionError("an empty beginning of a header section")
            elif kind == DATA:
                stream.data += payload
                stream.ended |= bool(flags & END_STREAM)
                if self.takes and payload:
                    credit = struct.pack(">I", len(payload))
                    self.send(frame(WINDOW_UPDATE, 0, 0, credit) + frame(WINDOW_UPDATE, 0, number, credit))
            elif kind == RST_STREAM:
                stream.reset = ERRORS[int.from_bytes(payload, "big")]
            elif kind == WINDOW_UPDATE and stream:
                stream.credit += int.from_bytes(payload, "big")
            elif kind == GOAWAY:
                self.goaway = ERRORS[int.from_bytes(payload[4:8], "big")]
            elif kind == PING:
                if flags & ACK:
                    self.pings += 1
                else:
                    self.send(frame(PING, ACK, 0, payload))
            elif kind == SETTINGS and not flags & ACK:
                for offset in range(0, length, 6):
                    key, value = struct.unpack(">HI", payload[offset:offset + 6])
                    self.settings[key] = value
                self.send(frame(SETTINGS, ACK, 0))

    def response(self, stream, within=5):
        """Reads a response to its end."""
        self.read(lambda: self.streams[stream].is_over or self.goaway, within)
        return self.streams[stream]

    def close(self):
        self.socket.close()
