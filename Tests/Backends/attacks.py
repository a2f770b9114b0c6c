"""Requests whose bodies are meant to be read as requests, over HTTP/1.1 and HTTP/2: attacks.py PROGRAM [BACKEND…]

After each attack clients with keys of their own ask on: each has to get its own answer, and the backends must have read
nothing but what was checked. Exits 1 if one has.
"""

import json
import socket
import sys
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "HTTP2")]

from Scripts.checks import Checks  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402
from Scripts.server import Server  # noqa: E402

from frames import DATA, END_HEADERS, END_STREAM, Connection, frame  # noqa: E402

import backends  # noqa: E402

check = Checks()
FORGED = "forged-by-the-attacker"
SMUGGLED = (f"DELETE /api/v1/trades/1 HTTP/1.1\r\nHost: x\r\nX-Scopegate-Key-Id: {FORGED}\r\n"
            "Content-Length: 0\r\n\r\n").encode()  # fmt: skip
KEYS = {"reader": "read:trades", "writer": "read:trades write:trades", "victim": "read:trades"}
ALL = ["unexpected_bodies", "bodies", "retries"]
ROUTES = """
version: 1
routes:
  /api/v1/open: {GET: public, HEAD: public, OPTIONS: public, DELETE: public, POST: public}
  /api/v1/trades: {GET: read:trades, HEAD: read:trades, OPTIONS: read:trades, POST: write:trades, PUT: write:trades}
  /api/v1/search: {GET: {scope: read:trades, body: 64KiB}}
  /api/v1/large: {POST: write:trades}
  /api/v1/flaky: {GET: read:trades, POST: write:trades, PUT: write:trades}
  /api/v1/trades/{id}: {DELETE: write:trades}
"""


def introspect(_request, body):
    key = urllib.parse.parse_qs(body.decode())["token"][0]
    return 200, {"active": key in KEYS, "scope": KEYS.get(key, ""), "client_id": key, "jti": key}


def start(run, name, port, keys, settings):
    folder = run.folder / name
    folder.mkdir()
    (folder / "routes.yaml").write_text(ROUTES)
    configuration = folder / "scopegate.yaml"
    # One loop, whose idle connections are used again last in first out: what the attack has left is the victim's.
    configuration.write_text(
        f"""
        listen: [{{address: '127.0.0.1:0', protocols: [h2, http/1.1]}}]
        upstream: {{url: 'http://127.0.0.1:{port}', {settings}}}
        introspection: {{url: 'http://127.0.0.1:{keys.port}/introspect'}}
        routes: routes.yaml
        audit: {{path: audit.jsonl}}
        admin: {{address: '127.0.0.1:0'}}
        threads: 1
        """
    )
    return run.with_gateway(Gateway(run.binary, configuration))


class Attacker:
    """Sends what it likes, and reads one answer: its status, and its body. Numbers tell its requests apart."""

    number = 0

    def __init__(self, gateway):
        self.gateway, self.held = gateway, []

    def target(self, path):
        Attacker.number += 1
        return f"{path}?n={Attacker.number}"

    def close(self):
        for connection in self.held:
            connection.close()
        self.held = []


class Old(Attacker):
    name = "HTTP/1.1"

    def ask(self, method, target, key=None, body=None, framing="length", announced=None, expects=False):
        connection = socket.create_connection(("127.0.0.1", self.gateway.port), 20)
        self.held.append(connection)
        head = f"{method} {target} HTTP/1.1\r\nHost: a\r\n"
        head += f"Authorization: Bearer {key}\r\n" if key else ""
        head += "Expect: 100-continue\r\n" if expects else ""
        content = body or b""
        if announced is not None:
            head += f"Content-Length: {announced}\r\n"
        elif body is not None and framing == "chunked":
            head += "Transfer-Encoding: chunked\r\n"
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif body is not None:
            head += f"Content-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + content)
        return self.read(connection, method)

    @staticmethod
    def read(connection, method):
        with connection.makefile("rb") as file:
            while True:
                line = file.readline()
                if not line:
                    return None, b""
                length = 0
                chunked = False
                while (field := file.readline().lower()).strip():
                    if field.startswith(b"content-length:"):
                        length = int(field.split(b":")[1])
                    chunked |= field.startswith(b"transfer-encoding:")
                status = int(line.split()[1])
                if status >= 200:
                    break
            content = b""
            if method != "HEAD" and chunked:
                while size := int(file.readline(), 16):
                    content += file.read(size + 2)[:-2]
            elif method != "HEAD":
                content = file.read(length)
            return status, content


class New(Attacker):
    name = "HTTP/2"

    def ask(self, method, target, key=None, body=None, framing="length", announced=None, expects=False):
        connection = Connection(self.gateway.port)
        self.held.append(connection)
        fields = [(b":method", method.encode()), (b":scheme", b"http"), (b":authority", b"a"), (b":path", target.encode())]
        fields += [(b"authorization", f"Bearer {key}".encode())] if key else []
        fields += [(b"expect", b"100-continue")] if expects else []
        if announced is not None or (body is not None and framing == "length"):
            fields.append((b"content-length", b"%d" % (len(body) if announced is None else announced)))
        has_body = body is not None or announced is not None
        stream = connection.open()
        connection.headers(stream, fields, END_HEADERS | (0 if has_body else END_STREAM))
        if body is not None:
            connection.send(frame(DATA, 0 if announced else END_STREAM, stream, body))
        response = connection.response(stream, 20)
        return (int(response.head[b":status"]) if response.head else None), response.data


def code(answer):
    try:
        return json.loads(answer[1])["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None


class Trial:
    """One gateway before one backend, attacked by one protocol."""

    def __init__(self, name, attacker, backend):
        self.name, self.attacker, self.backend = f"{name}, {attacker.name}", attacker, backend
        # The numbers of requests that may reach the backend, and how often.
        self.allowed, self.faults = {}, []

    def fault(self, text):
        self.faults.append(text)

    def victims(self, after):
        """Clients of both protocols ask on. More than one, since the first may get a connection that nobody spoiled."""
        for client in (Old(self.attacker.gateway), New(self.attacker.gateway)):
            for _ in range(2):
                target = client.target("/api/v1/trades")
                self.allow(target, "GET")
                answer = client.ask("GET", target, "victim")
                if answer[0] != 200 or json.loads(answer[1]) != {"method": "GET", "target": target}:
                    self.fault(f"after {after}: a victim of {client.name} got {answer}")
            client.close()

    def allow(self, target, method):
        # What is idempotent may be sent again when its connection breaks, and nothing else may.
        self.allowed[int(target.rsplit("=", 1)[1])] = (method, target, 1 if method == "POST" else 3)

    def attack(self, what, method, path, key=None, expected=None, passes=True, **options):
        target = self.attacker.target(path)
        if passes:
            self.allow(target, method)
        answer = self.attacker.ask(method, target, key, **options)
        if expected and answer[0] != expected and code(answer) != expected:
            self.fault(f"{what}: the attacker got {answer[0]} {answer[1][:100]}, not {expected}")
        self.victims(what)

    def unexpected_bodies(self):
        """A body on a method that has none: without a key on public routes, and with one that may only read."""
        for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
            for path, key in (("/api/v1/open", None), ("/api/v1/trades", "reader")):
                if method == "DELETE" and key:
                    continue
                for framing in ("length", "chunked"):
                    # HEAD has no body that would say why.
                    expected = 400 if method == "HEAD" else "unexpected_body"
                    self.attack(f"{method} {path} with a body by {framing}", method, path, key, expected, False,
                                body=SMUGGLED, framing=framing)  # fmt: skip
                self.attack(f"{method} {path} with an announced body", method, path, key, None, False, announced=400)

    def bodies(self):
        """Bodies where they belong, to servers that answer without having read them."""
        for framing in ("length", "chunked"):
            self.attack(f"POST by {framing}", "POST", "/api/v1/trades", "writer", 200, body=SMUGGLED, framing=framing)
            self.attack(f"POST /open by {framing}", "POST", "/api/v1/open", None, 200, body=SMUGGLED * 40, framing=framing)
            self.attack(f"PUT by {framing}", "PUT", "/api/v1/trades", "writer", 200, body=SMUGGLED, framing=framing)
            self.attack(f"GET /search by {framing}", "GET", "/api/v1/search", "reader", 200, body=SMUGGLED, framing=framing)
            self.attack(f"POST refused early by {framing}", "POST", "/api/v1/large", "writer", 413, body=SMUGGLED,
                        framing=framing)  # fmt: skip
        # The rest would be what the next client sends.
        for announced in (400, 100_000):
            for path, key in (("/api/v1/open", None), ("/api/v1/trades", "writer"), ("/api/v1/large", "writer")):
                self.withheld(f"{announced} announced to {path}", path, key, announced=announced)
                self.withheld(f"{announced} announced to {path}, some sent", path, key, announced=announced, body=SMUGGLED)
                self.withheld(f"100-continue for {announced} to {path}", path, key, announced=announced, expects=True)
        self.attack("100-continue with a body", "POST", "/api/v1/trades", "writer", 200, body=SMUGGLED, expects=True)

    def withheld(self, what, path, key, **options):
        """A body that doesn't come, from a client that stays. All of the servers answer by the head."""
        self.attack(what, "POST", path, key, **options)
        self.attacker.close()

    def retries(self):
        """A connection that breaks instead of an answer: what isn't idempotent goes once."""
        self.attack("a POST whose connection breaks", "POST", "/api/v1/flaky", "writer", 502, body=SMUGGLED)
        self.attack("a GET whose connection breaks", "GET", "/api/v1/flaky", "reader")
        self.attack("a PUT whose connection breaks", "PUT", "/api/v1/flaky", "writer", body=SMUGGLED)

    def finish(self):
        """What the backend has read has to be what was let through."""
        self.attacker.close()
        seen = {}
        for number, request in backends.marks(self.backend.requests()):
            method, target, times = self.allowed.get(number, (None, None, 0))
            seen[number] = seen.get(number, 0) + 1
            if (request["method"], request["target"]) != (method, target) or request["key"] == FORGED:
                self.fault(f"the backend read {request}")
            elif seen[number] > times:
                self.fault(f"the backend read {seen[number]} times {request}")
        check(f"{self.name}: {len(self.allowed)} requests that may pass, {sum(seen.values())} that the backend read",
              not self.faults, "; ".join(self.faults[:4]) + f" ({len(self.faults)} faults)")  # fmt: skip


def main():
    binary, wanted = sys.argv[1], sys.argv[2:]
    with FolderRun(binary, "backends") as run:
        keys = run.with_peer(Server(introspect))
        folder = run.folder
        table = {
            # It takes a body for the next request; nothing but closing helps, of which the setting tells the gateway.
            "never reads bodies, untrusted": (lambda: backends.Raw(False), "bodies: untrusted", ALL),
            "never reads bodies": (lambda: backends.Raw(False), "", ["unexpected_bodies"]),
            "answers early": (lambda: backends.Raw(True), "", ALL),
            "nginx": (lambda: backends.NginxBackend(folder / "nginx"), "", ["unexpected_bodies", "bodies"]),
            "Node": (lambda: backends.node(folder / "node"), "", ["unexpected_bodies", "bodies"]),
            "gunicorn": (lambda: backends.gunicorn(folder / "gunicorn"), "", ["unexpected_bodies", "bodies"]),
        }
        for name, (make, settings, parts) in table.items():
            if wanted and not any(word in name for word in wanted):
                continue
            backend = run.with_peer(make())
            gateway = start(run, f"gateway of {name}", backend.port, keys, settings)
            allowed = {}
            for attacker in (Old(gateway), New(gateway)):
                trial = Trial(name, attacker, backend)
                trial.allowed = allowed
                for part in parts:
                    getattr(trial, part)()
                trial.finish()
            check(f"{name}: the gateway ends in order", gateway.terminate())
    check.finish()


main()
