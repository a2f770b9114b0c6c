"""Backends that treat the bodies of requests differently. Each says what it read as requests, whatever the gateway meant."""

import json
import os
import re
import subprocess
import sys
import threading
import socket
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import free_port, listens, wait_for  # noqa: E402


class Raw:
    """Reads heads from a socket. What comes behind a head it takes for the next one, unless it reads bodies; then it may
    answer before it has."""

    def __init__(self, reads_bodies):
        self.reads_bodies, self.log, self.dropped = reads_bodies, [], set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as file:
            try:
                while self.answer(connection, file):
                    pass
            except (OSError, ValueError):
                pass

    def answer(self, connection, file):
        line = file.readline()
        if not line:
            return False
        fields = {}
        while (field := file.readline()) not in (b"\r\n", b"\n", b""):
            name, _, value = field.decode("latin-1").partition(":")
            fields[name.strip().lower()] = value.strip()
        words = line.decode("latin-1").split()
        method, target = (words + ["", ""])[:2]
        self.log.append({"method": method, "target": target, "key": fields.get("x-scopegate-key-id", "")})
        # The connection breaks once, for those that ask for it.
        if "/flaky" in target and target not in self.dropped:
            self.dropped.add(target)
            return False
        text = json.dumps({"method": method, "target": target}).encode()
        status = "413 Content Too Large" if "/large" in target else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode()
        connection.sendall(head + (b"" if method == "HEAD" else text))
        if fields.get("connection", "").lower() == "close":
            connection.shutdown(socket.SHUT_WR)
            return False
        if self.reads_bodies:
            self.read_body(file, fields)
        return True

    @staticmethod
    def read_body(file, fields):
        if "chunked" in fields.get("transfer-encoding", ""):
            while size := int(file.readline().split(b";")[0], 16):
                file.read(size + 2)
            while file.readline().strip():
                pass
        else:
            file.read(int(fields.get("content-length", 0)))

    def requests(self):
        return list(self.log)

    def stop(self):
        self.listener.close()


class Logged:
    """Says in a file what it read, a line for each request."""

    def requests(self):
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


class NginxBackend(Logged):
    def __init__(self, folder):
        folder.mkdir()
        folder.chmod(0o755)
        self.file = folder / "requests.log"
        record = '{"method":"$request_method","target":"$request_uri","key":"$http_x_scopegate_key_id"}'
        self.nginx = Nginx(
            folder,
            locations=f"""
                location /api {{
                    access_log {self.file} record;
                    return 200 '{{"method": "$request_method", "target": "$request_uri"}}';
                }}
                location /api/v1/large {{
                    access_log {self.file} record;
                    client_max_body_size 1;
                    proxy_pass http://127.0.0.1:1;
                }}
            """,
            http=f"log_format record escape=json '{record}';",
        )
        self.port = self.nginx.port

    def stop(self):
        self.nginx.stop()


class Process(Logged):
    """A program that listens where it is told."""

    def __init__(self, folder, command, environment=None):
        folder.mkdir()
        self.file, self.port = folder / "requests.log", free_port()
        environment = {**os.environ, "PORT": str(self.port), "LOG": str(self.file), **(environment or {})}
        command = [word.replace("PORT", str(self.port)) for word in command]
        errors = (folder / "errors").open("w")
        self.process = subprocess.Popen(command, env=environment, stdout=errors, stderr=errors, cwd=HERE)
        try:
            wait_for(command[0], lambda: listens(self.port))
        except TimeoutError:
            self.stop()
            raise RuntimeError((folder / "errors").read_text()[-500:]) from None

    def stop(self):
        self.process.terminate()
        self.process.wait()


def node(folder):
    """Answers without having looked at the body; Node reads it by itself."""
    return Process(folder, ["node", str(HERE / "server.mjs")])


def gunicorn(folder):
    """An application that looks at no body, on a worker that keeps connections."""
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:PORT", "--worker-class", "gthread",
               "--threads", "8", "--keep-alive", "30", "server:application"]  # fmt: skip
    return Process(folder, command)


def marks(requests):
    """The numbers in the targets of requests, and those that have none."""
    found = [re.search(r"[?&]n=(\d+)$", request["target"]) for request in requests]
    return [(int(mark[1]) if mark else None, request) for mark, request in zip(found, requests)]
