"""Replaces certificates under load: rotation.py PROGRAM [SECONDS]

Clients shake hands over and over, others keep their connections, while the certificate and its key are replaced by others,
each by a rename of its own, several times a second, and loaded by the watching of files or by `scopegate reload`. No
handshake may fail, and no connection may end.
"""

import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path

from harness import Authority, Gateway

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 30
NAMES = ["one", "two", "three"]


class Client(threading.Thread):
    def __init__(self, port, authority, until, keeps):
        super().__init__(daemon=True)
        self.port, self.until, self.keeps = port, until, keeps
        self.context = ssl.create_default_context(cafile=f"{authority.folder}/ca.pem")
        self.handshakes, self.requests, self.failures, self.seen, self.times = 0, 0, [], {}, []

    def connect(self):
        begun = time.monotonic()
        connection = self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10),
                                              server_hostname="localhost")
        self.times.append(time.monotonic() - begun)
        self.handshakes += 1
        name = dict(part[0] for part in connection.getpeercert()["subject"])["commonName"]
        self.seen[name] = self.seen.get(name, 0) + 1
        return connection

    def ask(self, connection):
        connection.sendall(b"GET /closed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
            octets = connection.recv(65536)
            assert octets, "the connection ended"
            answer += octets
        assert answer.startswith(b"HTTP/1.1 401"), answer
        self.requests += 1

    def run(self):
        connection = None
        while time.monotonic() < self.until:
            try:
                connection = connection or self.connect()
                self.ask(connection)
                if self.keeps:
                    time.sleep(0.005)
                else:
                    connection.close()
                    connection = None
            except (OSError, AssertionError) as failure:
                self.failures.append(repr(failure))
                connection = None


def main():
    with tempfile.TemporaryDirectory(prefix="scopegate-tls-") as folder:
        authority = Authority(Path(folder))
        sys.exit(0 if rotate(authority) else 1)


def rotate(authority):
    """Whether all went as it should."""
    for name in NAMES:
        authority.issue(name)

    def use(name):
        for kind in ["pem", "key"]:
            fresh = f"{authority.folder}/used.{kind}.new"
            shutil.copy(f"{authority.folder}/{name}.{kind}", fresh)
            os.rename(fresh, f"{authority.folder}/used.{kind}")

    use("one")
    gateway = Gateway(sys.argv[1], authority.folder, "used")
    try:
        return measure(gateway, authority, use)
    finally:
        gateway.kill()


def measure(gateway, authority, use):
    until = time.monotonic() + SECONDS
    clients = [Client(gateway.port, authority, until, keeps=number % 4 == 0) for number in range(8)]
    for client in clients:
        client.start()
    swaps = 0
    while time.monotonic() < until - 0.5:
        swaps += 1
        use(NAMES[swaps % len(NAMES)])
        if swaps % 2:
            gateway.reload()
        time.sleep(0.2)
    for client in clients:
        client.join(20)
    metrics = gateway.metrics()
    handshakes = sum(client.handshakes for client in clients)
    failures = [failure for client in clients for failure in client.failures]
    seen = {name: sum(client.seen.get(name, 0) for client in clients) for name in NAMES}
    times = sorted(t for client in clients for t in client.times)
    kept = [client for client in clients if client.keeps]
    reloads = sum(value for name, value in metrics.items()
                  if name.startswith("scopegate_reloads_total") and 'result="success"' in name)
    refused = sum(value for name, value in metrics.items() if name.startswith("scopegate_tls_handshake_failures_total"))
    print(f"{swaps} replacements, {reloads:.0f} reloads, {handshakes} handshakes in {SECONDS:.0f} s "
          f"(p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[int(.99 * len(times))] * 1000:.1f} ms), "
          f"shown: {seen}, failed: {len(failures)}, counted as failed by the gateway: {refused:.0f}; "
          f"{len(kept)} kept connections with {sum(c.requests for c in kept)} requests, opened "
          f"{sum(c.handshakes for c in kept)} times")
    for failure in failures[:5]:
        print(f"FAILED  {failure}")
    return (not failures and refused == 0 and all(seen.values()) and reloads >= swaps / 2
            and sum(c.handshakes for c in kept) == len(kept) and gateway.terminate())


main()
