"""A gateway, nginx behind it, and clients at a steady rate, for the runs of this folder."""

import json
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402

RATE, CONNECTIONS = 5000, 16

# The two maps refuse /probe each in its own way, and let /open through both.
MAPS = {
    "one": "version: 1\nroutes:\n  /open:\n    GET: public\n  /probe:\n    GET: read:trades\n",
    "two": "version: 1\nroutes:\n  /open:\n    GET: public\n",
}
EXPECTED = {"one": 401, "two": 403}


class Run(FolderRun):
    """A folder with the files of gateways, one after the other, and nginx."""

    def __init__(self, binary):
        super().__init__(binary, "reload")
        self.routes = self.folder / "routes.yaml"
        self.backend = self.with_peer(Nginx(self.folder, answer="open"))

    def start(self, watch=False):
        return self.with_gateway(Gateway(self, watch))


class Gateway(gateway.Gateway):
    def __init__(self, run, watch):
        configuration = run.folder / "scopegate.yaml"
        configuration.write_text(
            f"""
            listen: [{{address: '127.0.0.1:0'}}]
            upstream: {{url: 'http://127.0.0.1:{run.backend.port}'}}
            introspection: {{url: 'http://127.0.0.1:1/introspect'}}
            routes: routes.yaml
            audit: {{path: audit.jsonl}}
            admin: {{address: '127.0.0.1:0'}}
            threads: 2
            reload: {{watch: {'true' if watch else 'false'}, generation_header: true}}
            """
        )
        super().__init__(run.binary, configuration)

    def reload(self):
        """What `scopegate reload` ends with, and prints for programs."""
        code, text = super().reload("--format", "json")
        return code, json.loads(text) if text.startswith("{") else text


class Client(threading.Thread):
    """Requests at a steady rate on one connection, its targets in turn; a target that is let through has to get 200."""

    def __init__(self, port, until, targets=(("probe", False), ("open", True))):
        super().__init__()
        self.port, self.until, self.targets = port, until, targets
        self.answers, self.times, self.failures = [], [], []

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            requests = [(f"GET /{name} HTTP/1.1\r\nHost: h\r\n\r\n".encode(), passes) for name, passes in self.targets]
            due, count = time.monotonic(), 0
            while due < self.until:
                time.sleep(max(0, due - time.monotonic()))
                begun = time.monotonic()
                request, passes = requests[count % len(requests)]
                connection.sendall(request)
                data = b""
                while True:
                    piece = connection.recv(65536)
                    if not piece:
                        self.failures.append("closed")
                        return
                    data += piece
                    end = data.find(b"\r\n\r\n")
                    if end < 0:
                        continue
                    head = data[:end].decode().lower().split("\r\n")
                    fields = dict(line.split(": ", 1) for line in head[1:])
                    if len(data) >= end + 4 + int(fields["content-length"]):
                        break
                self.times.append(time.monotonic() - begun)
                status = int(head[0].split()[1])
                if passes:
                    if status != 200:
                        self.failures.append(status)
                else:
                    self.answers.append((status, fields.get("x-scopegate-generation")))
                count += 1
                due += CONNECTIONS / RATE


class Load:
    """Clients for a while."""

    def __init__(self, port, seconds, **options):
        self.begun, self.seconds = time.monotonic(), seconds
        self.clients = [Client(port, self.begun + seconds, **options) for _ in range(CONNECTIONS)]
        for client in self.clients:
            client.start()

    def join(self):
        for client in self.clients:
            client.join()
        self.answers = [answer for client in self.clients for answer in client.answers]
        self.failures = [failure for client in self.clients for failure in client.failures]
        self.times = sorted(t for client in self.clients for t in client.times)
        return self

    @property
    def is_running(self):
        return time.monotonic() < self.begun + self.seconds

    def percentile(self, part):
        return 1000 * self.times[min(len(self.times) - 1, int(part * len(self.times)))]

    @property
    def latency(self):
        return (f"{len(self.times) / self.seconds:6.0f} requests/s  failed {len(self.failures)}  ms: "
                f"p50 {self.percentile(.5):.2f} p99 {self.percentile(.99):.2f} p99.9 {self.percentile(.999):.2f} "
                f"longest {1000 * self.times[-1]:.1f}")
