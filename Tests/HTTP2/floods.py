"""Floods of frames against a gateway, each for some seconds, with a good client beside them:
floods.py PROGRAM [SECONDS [NAME…]]

Prints what a flood costs the gateway, how its connections ended, and what the good client noticed.
"""

import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

from cases import LEAST
from frames import *
from harness import Gateway, large_backend

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 10
# How much more memory a flood may take, in MiB: its four connections have 100 streams each, and a stream 256 KiB each way.
# And how long the good client may wait at worst.
MEMORY, PATIENCE = 200, 1.0


def fields(**changes):
    return [*(dict(LEAST) | {b":" + name.encode(): value for name, value in changes.items()}).items()]


def rapid_reset(connection, count):
    """CVE-2023-44487: streams that are reset as soon as they are open."""
    out = b""
    for _ in range(count):
        stream = connection.open()
        connection.streams.pop(stream)
        out += frame(HEADERS, 5, stream, connection.encoder.encode(fields())) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
    return out


def reset_by_error(connection, count):
    """CVE-2025-8671: streams on which an error makes the server reset them."""
    out = b""
    for _ in range(count):
        stream = connection.open()
        connection.streams.pop(stream)
        out += frame(HEADERS, 4, stream, connection.encoder.encode(fields(method=b"POST")))
        out += frame(WINDOW_UPDATE, 0, stream, b"\0\0\0\0")
    return out


def continuation(connection, count):
    """CVE-2024-27316 and its like: a header section that never ends."""
    if connection.next > 1:
        return frame(CONTINUATION, 0, 1, literal(b"x", b"a" * 1000)) * count
    connection.open()
    return frame(HEADERS, 1, 1, connection.encoder.encode(fields())) + frame(CONTINUATION, 0, 1, literal(b"x", b"a")) * count


def empty_continuation(connection, count):
    """The same with frames that have nothing in them."""
    begin = b""
    if connection.next == 1:
        connection.open()
        begin = frame(HEADERS, 1, 1, connection.encoder.encode(fields()))
    return begin + frame(CONTINUATION, 0, 1) * count


def ping(connection, count):
    """CVE-2019-9512."""
    return frame(PING, 0, 0, b"\0" * 8) * count


def settings(connection, count):
    """CVE-2019-9515."""
    return frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 65535)) * count


def empty_data(connection, count):
    """CVE-2019-9518."""
    begin = b""
    if connection.next == 1:
        connection.open()
        begin = frame(HEADERS, 4, 1, connection.encoder.encode(fields(method=b"POST")))
    return begin + frame(DATA, 0, 1) * count


def priority(connection, count):
    """CVE-2019-9513: changes of the dependencies of streams."""
    return b"".join(frame(PRIORITY, 0, 2 * n + 1, struct.pack(">IB", 2 * ((n * 7) % 97) + 1 if n % 97 else 0, n % 255))
                    for n in range(1, count))


def window_update(connection, count):
    """Credit for nothing, of which the protocol sets no bound but the window's size."""
    return frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\x01") * count


def large_fields(connection, count):
    """A field that is sent once and named again and again, by one byte each time (RFC 7541 §7.3)."""
    out = b""
    for _ in range(max(1, count // 50)):
        stream = connection.open()
        connection.streams.pop(stream)
        block = connection.encoder.encode(fields() + [(b"x-large", b"a" * 3900)])
        again = connection.encoder.encode([(b"x-large", b"a" * 3900)])
        out += frame(HEADERS, 5, stream, block + again * 60)
    return out


def stalled_readers(connection, count):
    """CVE-2019-9511, -9517: large responses that nobody takes."""
    if connection.next > 1:
        time.sleep(0.05)
        return b""
    connection.takes = False
    out = b""
    for _ in range(100):
        stream = connection.open()
        out += frame(HEADERS, 5, stream, connection.encoder.encode(fields(path=b"/open/large")))
    return out


def unfinished_bodies(connection, count):
    """As many streams as there may be, each with a body that comes byte by byte."""
    if connection.next == 1:
        out = b""
        for _ in range(100):
            stream = connection.open()
            out += frame(HEADERS, 4, stream, connection.encoder.encode(fields(method=b"POST")))
        return out
    time.sleep(0.05)
    return b"".join(frame(DATA, 0, stream, b"a") for stream in list(connection.streams) if not connection.streams[stream].is_over)


FLOODS = [rapid_reset, reset_by_error, continuation, empty_continuation, ping, settings, empty_data, priority, window_update,
          large_fields, stalled_readers, unfinished_bodies]


class Good(threading.Thread):
    """A client that asks for something small, over and over."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.times, self.failures, self.stopping = port, [], 0, False

    def run(self):
        connection = Connection(self.port)
        while not self.stopping:
            begun = time.monotonic()
            stream = connection.open()
            connection.headers(stream, fields(path=b"/probe"))
            response = connection.response(stream, 10)
            if response.data != b"x" * 390:
                self.failures += 1
                connection.close()
                connection = Connection(self.port)
            self.times.append(time.monotonic() - begun)
            connection.streams.pop(stream, None)
            time.sleep(0.01)
        connection.close()


class Attacker(threading.Thread):
    def __init__(self, port, flood, until):
        super().__init__(daemon=True)
        self.port, self.flood, self.until, self.connections, self.sent, self.codes = port, flood, until, 0, 0, {}

    def run(self):
        while time.monotonic() < self.until:
            try:
                connection = Connection(self.port)
            except OSError:
                time.sleep(0.01)
                continue
            self.connections += 1
            while time.monotonic() < self.until and not connection.is_closed and not connection.goaway:
                octets = self.flood(connection, 200)
                self.sent += len(octets)
                connection.send(octets)
                connection.read(lambda: connection.goaway, 0.001)
            connection.read(lambda: connection.goaway, 0.2)
            self.codes[connection.goaway] = self.codes.get(connection.goaway, 0) + 1
            connection.close()


def endure(flood, gateway):
    """Prints what a flood did; the number of its faults."""
    good = Good(gateway.port)
    good.start()
    time.sleep(1)
    before, cpu, begun = gateway.memory(), gateway.cpu(), time.monotonic()
    attackers = [Attacker(gateway.port, flood, begun + SECONDS) for _ in range(4)]
    for attacker in attackers:
        attacker.start()
    peak = before
    while any(attacker.is_alive() for attacker in attackers):
        time.sleep(0.05)
        peak = max(peak, gateway.memory())
    seconds = time.monotonic() - begun
    used = (gateway.cpu() - cpu) / seconds
    good.stopping = True
    good.join(20)
    codes = {}
    for attacker in attackers:
        for code, count in attacker.codes.items():
            codes[code] = codes.get(code, 0) + count
    counted = {name.split('"')[1]: int(value) for name, value in gateway.metrics().items()
               if name.startswith("scopegate_http2_connection_failures_total") and value}
    times = sorted(good.times) or [99]
    faults = [fault for fault, holds in [
        (f"{good.failures} good requests failed", good.failures == 0),
        (f"memory grew by {peak - before:.0f} MiB", peak - before < MEMORY),
        (f"the good client waited {times[-1]:.2f} s", times[-1] < PATIENCE),
        ("the gateway did not end in order", gateway.terminate()),
    ] if not holds]
    print(f"{flood.__name__:18} {sum(a.connections for a in attackers):6} connections "
          f"{sum(a.sent for a in attackers) / seconds / 1e6:7.2f} MB/s  cpu {used:4.2f} cores  memory {before:5.1f} -> "
          f"{peak:5.1f} MiB  good: {len(times)} requests, p50 {times[len(times) // 2] * 1000:.1f} "
          f"p99 {times[int(.99 * len(times))] * 1000:.1f} longest {times[-1] * 1000:.1f} ms  ended: {codes}  "
          f"counted: {counted}", flush=True)
    for fault in faults:
        print(f"FAILED  {flood.__name__}: {fault}")
    return len(faults)


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix="scopegate-http2-") as folder:
        backend = large_backend(Path(folder))
        try:
            for flood in FLOODS:
                if sys.argv[3:] and flood.__name__ not in sys.argv[3:]:
                    continue
                listeners = "[{address: '127.0.0.1:0', protocols: [h2]}]"
                gateway = Gateway(sys.argv[1], folder, backend.port, listeners, threads=2)
                try:
                    failed += endure(flood, gateway)
                finally:
                    gateway.kill()
        finally:
            backend.stop()
    sys.exit(1 if failed else 0)


main()
