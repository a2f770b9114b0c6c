"""What the audit's runs share: nginx as backend and introspection endpoint, the gateway, and a client that is refused.

Everything listens on loopback, and ends with the script.
"""

import json
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# Long enough to be told from everything else that a log may hold.
KEY = "audit-run-key-4f1c9a77d2"
SIGNING_KEY = "a signing key for runs only"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)


class Run:
    """A directory, nginx, and gateways one after the other."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = Path(tempfile.mkdtemp(prefix="scopegate-audit-"))
        self.folder.chmod(0o755)
        self.backend = free_port()
        (self.folder / "nginx.conf").write_text(
            f"""
            daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/nginx-error.log;
            events {{ worker_connections 4096; }}
            http {{
                access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                client_body_temp_path {self.folder}/body;
                server {{
                    listen 127.0.0.1:{self.backend} backlog=4096;
                    default_type application/json;
                    location = /introspect {{
                        return 200 '{{"active":true,"scope":"read:trades","key_id":"key_run","sub":"user_run"}}';
                    }}
                    location / {{ return 200 '{{"data":[]}}'; }}
                }}
            }}
            """
        )
        self.nginx = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf", "-p", self.folder])
        wait_for("nginx", lambda: self._listens(self.backend))
        self.gateways = []

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if error[0]:
            for gateway in self.gateways[-1:]:
                print(f"the gateway ({gateway.process.poll()}) logged: {gateway.errors.read_text()[-2000:]}")
        for gateway in self.gateways:
            gateway.kill()
        self.nginx.terminate()
        self.nginx.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, log, user=None, **audit):
        gateway = Gateway(self, log, user, audit)
        self.gateways.append(gateway)
        return gateway

    def audit(self, *arguments):
        """Runs `scopegate audit`, and gives its status and what it printed."""
        done = subprocess.run([self.binary, "audit", *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Gateway:
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
            f"upstream: {{url: 'http://127.0.0.1:{run.backend}'}}\n"
            f"introspection: {{url: 'http://127.0.0.1:{run.backend}/introspect'}}\n"
            f"routes: routes.yaml\n"
            f"admin: {{address: '127.0.0.1:0'}}\n"
            f"audit:\n  path: '{log}'\n  signing_key: {{env: AUDIT_SIGNING_KEY}}\n"
            f"  fingerprint_secret: {{env: AUDIT_SIGNING_KEY}}\n{settings}\n"
        )
        self.errors = folder / "log"
        environment = dict(os.environ, AUDIT_SIGNING_KEY=SIGNING_KEY)
        with open(self.errors, "w") as errors, open(folder / "out", "w") as output:
            self.process = subprocess.Popen(
                [run.binary, "serve", "--config", folder / "scopegate.yaml"],
                stdout=output, stderr=errors, env=environment, user=user,
            )
        wait_for("the gateway", self._is_ready)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended: {self.errors.read_text()}")
        lines = [json.loads(line) for line in self.errors.read_text().splitlines(True) if line.endswith("\n")]
        ready = [line for line in lines if line["message"] == "ready"]
        if not ready:
            return False
        listening = next(line for line in lines if line["message"] == "listening")
        self.port = int(listening["address"].rsplit(":", 1)[1])
        self.admin = int(ready[0]["admin"].rsplit(":", 1)[1])
        return True

    def ask(self, path="/api/v1/trades", method="GET", key=KEY):
        """The status of one request."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def _admin(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def is_ready(self):
        return self._admin("/readyz")[0] == 200

    def metric(self, name):
        return int(re.search(rf"^scopegate_audit_{name} (\d+)$", self._admin("/metrics")[1], re.M).group(1))

    def unavailable(self):
        """How many requests it has answered with audit_unavailable."""
        text = self._admin("/metrics")[1]
        return int(re.search(r'^scopegate_refusals_total{code="audit_unavailable"} (\d+)$', text, re.M).group(1))

    def logged(self, text):
        return self.errors.read_text().count(text)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.errors.read_text()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


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
