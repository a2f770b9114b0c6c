"""A gateway, a backend that records every byte, and a key service, for the runs of this folder."""

import json
import re
import socket
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.server import Server  # noqa: E402

ROUTES = """
version: 1
routes:
  /probe: {GET: public}
  /open/{rest...}: {GET: public, PUT: public, POST: public, PATCH: public, DELETE: public, OPTIONS: public}
  /closed/{rest...}: {GET: "read:trades", POST: "write:trades"}
  /small: {POST: {scope: "write:trades", body: 16}}
"""

KEYS = {"key-read": "read:trades", "key-write": "write:trades", "key-both": "read:trades write:trades"}


def introspect(_request, body):
    key = urllib.parse.parse_qs(body.decode())["token"][0]
    if key.startswith("key-slow"):
        time.sleep(0.5)
    if key == "key-expired" or key.startswith("key-slow"):
        scope = "write:trades" if key == "key-slow-frames" else "read:trades"
        answer = {"active": True, "scope": scope, "client_id": key}
        return 200, answer | ({"exp": int(time.time()) - 10} if key == "key-expired" else {})
    return 200, {"active": key in KEYS, "scope": KEYS.get(key, ""), "client_id": key}


class Backend:
    """Answers whole requests, and keeps what came: by connection, byte for byte."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.records, self.replies, self.lock = [], {}, threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.answer(connection)
        except OSError:
            pass

    def answer(self, connection):
        with connection:
            buffer = b""
            while True:
                record = {"head": b"", "body": b"", "whole": False}
                while b"\r\n\r\n" not in buffer:
                    octets = connection.recv(1 << 16)
                    if not octets:
                        return
                    buffer += octets
                head, buffer = buffer.split(b"\r\n\r\n", 1)
                record["head"] = head + b"\r\n\r\n"
                with self.lock:
                    self.records.append(record)
                fields = head.lower()
                length = re.search(rb"\r\ncontent-length: (\d+)", fields)
                target = head.split(b" ")[1].decode()
                reply = self.replies.get(target)
                if reply and reply[0] == "early":
                    connection.sendall(reply[1])
                    time.sleep(0.2)
                    return
                while True:
                    if length:
                        done = len(buffer) >= int(length[1])
                        end = int(length[1])
                    elif b"\r\ntransfer-encoding: chunked" in fields:
                        done = buffer.startswith(b"0\r\n\r\n") or b"\r\n0\r\n\r\n" in buffer
                        end = buffer.index(b"0\r\n\r\n", 0) + 5 if done else 0
                    else:
                        done, end = True, 0
                    if done:
                        break
                    octets = connection.recv(1 << 16)
                    if not octets:
                        record["body"] = buffer
                        return
                    buffer += octets
                record["body"], buffer = buffer[:end], buffer[end:]
                record["whole"] = True
                method = head.split(b" ")[0]
                if reply:
                    connection.sendall(reply[1])
                    if reply[0] == "close":
                        return
                    continue
                text = method + b" " + target.encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text)
                                   + (b"" if method == b"HEAD" else text))

    def take(self):
        with self.lock:
            records, self.records = self.records, []
        return records


def large_backend(folder):
    """nginx that answers everything alike, and /open/large with a megabyte."""
    # The processes of nginx that answer are another user's.
    folder.chmod(0o755)
    (folder / "open").mkdir()
    (folder / "open" / "large").write_bytes(b"x" * 1_000_000)
    return Nginx(folder, f"location = /open/large {{ root {folder}; }}", answer="x" * 390)


class Gateway(gateway.Gateway):
    """A gateway, and the endpoint that it asks about keys."""

    def __init__(self, binary, folder, backend, listeners, limits="", threads=1):
        self.keys = Server(introspect)
        folder = Path(tempfile.mkdtemp(dir=folder))
        (folder / "routes.yaml").write_text(ROUTES)
        self.log = folder / "audit.jsonl"
        configuration = folder / "scopegate.yaml"
        configuration.write_text(
            f"""
            listen: {listeners}
            upstream: {{url: 'http://127.0.0.1:{backend}'}}
            introspection: {{url: 'http://127.0.0.1:{self.keys.port}/introspect'}}
            routes: routes.yaml
            audit: {{path: audit.jsonl}}
            admin: {{address: '127.0.0.1:0'}}
            threads: {threads}
            limits: {{{limits}}}
            """
        )
        super().__init__(binary, configuration)

    def audit(self):
        records = [json.loads(line) for line in self.log.read_text().splitlines(keepends=True) if line.endswith("}\n")]
        return [record for record in records if record["event"] in ("denied", "allowed")]

    def kill(self):
        super().kill()
        self.keys.stop()
