"""Holds the gateway's memory under hostile connections against its stated bound.

Usage: memory.py BINARY COUNT...
"""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Memory.clients import KINDS  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402
from TLS.harness import Authority  # noqa: E402

# `limits.memory`, in MiB; and what else the program's documentation allows: for each connection of a client and to the
# backend, and for what isn't told apart (allocator, caches, queues of the logs).
MEMORY = 64
UPSTREAM_CONNECTIONS, UPSTREAM_KIB, LOOPS = 1024, 48, 2
CONNECTION_KIB = {"unread pipelines, TLS": 72, "refusals without a window, HTTP/2": 72, "answers without a window, HTTP/2": 72}
PLAIN_KIB = 12
# How many requests of a connection reach the backend at a time; one where nothing is said.
REQUESTS = {
    "unread pipelines": 0, "unread pipelines, TLS": 0, "refusals without a window, HTTP/2": 0,
    "answers without a window, HTTP/2": 100, "unfinished heads": 0,
}  # fmt: skip
REST = 96


class Pieces:
    """A backend that sends a large response 100 bytes at a time."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    @staticmethod
    def serve(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.sendall(b"a" * 100)
        except OSError:
            connection.close()

    def stop(self):
        self.listener.close()


class GoodClient:
    """A connection, a request, the answer; all the time."""

    def __init__(self, port):
        self.port, self.times, self.failed, self.ends = port, [], 0, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        request = b"GET /open/small HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
        while not self.ends:
            start = time.perf_counter()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
                    connection.sendall(request)
                    answer = b""
                    while piece := connection.recv(65536):
                        answer += piece
                self.failed += not answer.startswith(b"HTTP/1.1 200 ")
            except OSError:
                self.failed += 1
            self.times.append((time.perf_counter() - start) * 1000)
            time.sleep(0.02)

    def end(self):
        self.ends = True
        self.thread.join()
        self.times.sort()
        return self.times[len(self.times) * 99 // 100]


def highest(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024


def start_gateway(run, nginx, pieces, logs):
    log = run.folder / "access.log"
    if logs and not log.exists():
        os.mkfifo(log)
        # Somebody has it open, and reads nothing.
        run.reader = os.open(log, os.O_RDWR)
    (run.folder / "routes.yaml").write_text(
        "version: 1\nroutes:\n  /open/{x}: {GET: public}\n  /pieces/{x}: {GET: public}\n  /closed/{x}: {GET: read:trades}\n"
    )
    configuration = run.folder / "scopegate.yaml"
    configuration.write_text(
        f"""
        listen:
          - address: 127.0.0.1:0
          - address: 127.0.0.1:0
            tls: {{certificates: [{{certificate_file: gate.pem, key_file: gate.key}}]}}
            protocols: [http/1.1]
          - address: 127.0.0.1:0
            protocols: [h2]
        upstream: {{url: 'http://127.0.0.1:{nginx.port}', pool: {{max_connections: {UPSTREAM_CONNECTIONS}, max_idle: 100}}}}
        upstreams: [{{prefix: /pieces, url: 'http://127.0.0.1:{pieces.port}', pool: {{max_connections: {UPSTREAM_CONNECTIONS}, max_idle: 100}}}}]
        introspection: {{url: 'http://127.0.0.1:1/introspect'}}
        routes: routes.yaml
        audit: {{path: audit.jsonl}}
        admin: {{address: '127.0.0.1:0'}}
        threads: {LOOPS}
        limits: {{connections: 12000, memory: {MEMORY}MiB, max_in_flight: 1000000}}
        {"access_log: {path: access.log, format: json}" if logs else ""}
        """
    )
    return run.with_gateway(Gateway(run.binary, configuration))


def measure(run, nginx, pieces, kind, count):
    gateway = start_gateway(run, nginx, pieces, logs=kind.startswith("long fields"))
    plain, tls, http2 = gateway.ports
    ports = {"plain": plain, "tls": tls, "http2": http2}
    before = gateway.memory()
    good = GoodClient(plain)
    held, refused = [], 0
    for _ in range(count):
        try:
            held.append(KINDS[kind](ports))
        except OSError:
            refused += 1
    # As long as anything grows, and a while longer.
    last, since = highest(gateway.process.pid), time.monotonic()
    while time.monotonic() - since < 2:
        now = highest(gateway.process.pid)
        if now > last:
            last, since = now, time.monotonic()
        time.sleep(0.1)
    grown = highest(gateway.process.pid) - before
    p99 = good.end()
    for connection in held:
        connection.close()
    end = time.monotonic() + 20
    while time.monotonic() < end and gateway.memory() - before > grown / 4:
        time.sleep(0.2)
    left = gateway.memory() - before
    upstream = min(LOOPS * UPSTREAM_CONNECTIONS, count * REQUESTS.get(kind, 1)) * UPSTREAM_KIB
    bound = MEMORY + REST + (count * CONNECTION_KIB.get(kind, PLAIN_KIB) + upstream) / 1024
    # A good client's failures are told, and are no fault: where streams are many, they take all connections to the backend.
    is_right = grown <= bound
    print(
        f"{'ok  ' if is_right else 'FAIL'} {kind:34} {count:6} connections ({refused} refused): {grown:7.0f} MiB, bound "
        f"{bound:5.0f}; {left:5.0f} after; good client p99 {p99:7.1f} ms of {len(good.times)}, {good.failed} failed",
        flush=True,
    )
    if not gateway.terminate():
        print("FAIL the gateway did not end in order")
        is_right = False
    return is_right


def main():
    kinds = os.environ.get("KINDS", "").split(";") if os.environ.get("KINDS") else list(KINDS)
    with FolderRun(sys.argv[1], "memory") as run:
        authority = Authority(run.folder)
        authority.issue("gate")
        (run.folder / "large").write_bytes(os.urandom(4 << 20))
        (run.folder / "large").chmod(0o644)
        nginx = run.with_peer(
            Nginx(run.folder, f"location = /open/large {{ alias {run.folder}/large; }}", http="output_buffers 1 8k; ", connections=50_000)
        )
        pieces = run.with_peer(Pieces())
        results = [measure(run, nginx, pieces, kind, int(count)) for kind in kinds for count in sys.argv[2:]]
    return 0 if all(results) else 1


sys.exit(main())
