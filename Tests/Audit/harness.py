"""What the audit's runs share: nginx as backend and introspection endpoint, the gateway, and a client that is refused.

Everything listens on loopback, and ends with the script.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402

# Long enough to be told from everything else that a log may hold.
KEY = "audit-run-key-4f1c9a77d2"
SIGNING_KEY = "a signing key for runs only"
INTROSPECTION = """location = /introspect {
    return 200 '{"active":true,"scope":"read:trades","key_id":"key_run","sub":"user_run"}';
}"""


class Run(FolderRun):
    """A directory, nginx, and gateways one after the other."""

    def __init__(self, binary):
        super().__init__(binary, "audit")
        self.backend = self.with_peer(Nginx(self.folder, INTROSPECTION))

    def start(self, log, user=None, **audit):
        return self.with_gateway(Gateway(self, log, user, audit))

    def audit(self, *arguments):
        """Runs `scopegate audit`, and gives its status and what it printed."""
        done = subprocess.run([self.binary, "audit", *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Gateway(gateway.Gateway):
    def __init__(self, run, log, user, audit):
        folder = Path(tempfile.mkdtemp(dir=run.folder))
        folder.chmod(0o755)
        (folder / "routes.yaml").write_text(
            "version: 1\nroutes:\n"
            "  /api/v1/trades: {GET: read:trades, POST: write:trades}\n"
            "  /api/v1/public: {GET: public}\n"
        )
        settings = "\n".join(f"  {key}: {value}" for key, value in audit.items())
        (folder / "scopegate.yaml").write_text(
            f"listen: [{{address: '127.0.0.1:0'}}]\n"
            f"upstream: {{url: 'http://127.0.0.1:{run.backend.port}'}}\n"
            f"introspection: {{url: 'http://127.0.0.1:{run.backend.port}/introspect'}}\n"
            f"routes: routes.yaml\n"
            f"admin: {{address: '127.0.0.1:0'}}\n"
            f"audit:\n  path: '{log}'\n  signing_key: {{env: AUDIT_SIGNING_KEY}}\n"
            f"  fingerprint_secret: {{env: AUDIT_SIGNING_KEY}}\n{settings}\n"
        )
        super().__init__(
            run.binary, folder / "scopegate.yaml", environment={"AUDIT_SIGNING_KEY": SIGNING_KEY}, user=user
        )

    def ask(self, path="/api/v1/trades", method="GET", key=KEY):
        """The status of one request."""
        return super().ask(path, key, method)[0]

    def is_ready(self):
        return self.ask_admin("/readyz")[0] == 200

    def metric(self, name):
        return int(super().metric(f"audit_{name}"))

    def unavailable(self):
        """How many requests it has answered with audit_unavailable."""
        return int(super().metric('refusals_total{code="audit_unavailable"}'))

    def stop(self):
        assert self.terminate(), self.errors.read_text()


class RefusedClient:
    """Connections that send requests that are refused, each with an id of its own, and note the answers as they come."""

    def __init__(self, port, prefix, connections=32):
        self.prefix = prefix
        self.number = 0
        self.answers = {}
        self.selector = selectors.DefaultSelector()
        self.idle = []
        for _ in range(connections):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setblocking(False)
            self.idle.append(connection)
            self.selector.register(connection, selectors.EVENT_READ, [b"", None])
        self.lost = False

    def _send(self):
        connection = self.idle.pop()
        identifier = f"{self.prefix}-{self.number}"
        self.number += 1
        self.selector.get_key(connection).data[1] = identifier
        try:
            connection.send(
                f"POST /api/v1/trades?key={KEY} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
                f"User-Agent: {KEY}\r\nX-Request-Id: {identifier}\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
            )
        except OSError:
            self.lost = True

    def _receive(self, timeout):
        for key, _ in self.selector.select(timeout):
            data = key.data
            try:
                piece = key.fileobj.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                self.lost = True
                self.selector.unregister(key.fileobj)
                continue
            data[0] += piece
            head, separator, body = data[0].partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            # An answer counts when its head is there: the client knows its status then.
            if separator and data[1]:
                self.answers[data[1]] = int(head[9:12])
                data[1] = None
            if separator and length and len(body) >= int(length.group(1)):
                data[0] = b""
                self.idle.append(key.fileobj)

    def run(self, rate, until):
        """Sends at a rate until a moment, or until the gateway is gone."""
        start = time.monotonic()
        first = self.number
        while not self.lost and (now := time.monotonic()) < until:
            due = int((now - start) * rate) - (self.number - first)
            while due > 0 and self.idle and not self.lost:
                self._send()
                due -= 1
            self._receive(0.001)

    def finish(self):
        """Waits for the answers that are due; takes in what a dead gateway has sent before it died."""
        end = time.monotonic() + 20
        while self.selector.get_map() and time.monotonic() < end:
            waiting = [key for key in self.selector.get_map().values() if key.data[1]]
            if not waiting:
                break
            self._receive(0.05)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        return self.answers


def records(paths):
    for path in paths:
        with open(path, "rb") as lines:
            for line in lines:
                yield json.loads(line)


def binary():
    return sys.argv[1]
