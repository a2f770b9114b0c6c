"""A gateway, a backend that records every byte, and a key service, for the runs of this folder."""

import http.server, json, os, re, signal, socket, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import processes  # noqa: E402

ROUTES = """
version: 1
routes:
  /probe: {GET: public}
  /open/{rest...}: {GET: public, PUT: public, POST: public, PATCH: public, DELETE: public, OPTIONS: public}
  /closed/{rest...}: {GET: "read:trades", POST: "write:trades"}
  /small: {POST: {scope: "write:trades", body: 16}}
"""

KEYS = {"key-read": "read:trades", "key-write": "write:trades", "key-both": "read:trades write:trades"}


class KeyService(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        key = form["token"][0]
        answer = {"active": key in KEYS, "scope": KEYS.get(key, ""), "client_id": key}
        if key == "key-expired":
            answer = {"active": True, "scope": "read:trades", "client_id": key, "exp": int(time.time()) - 10}
        if key.startswith("key-slow"):
            time.sleep(0.5)
            answer = {"active": True, "scope": "read:trades", "client_id": key}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


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


class Nginx:
    """Answers everything alike, and /open/large with a megabyte."""

    def __init__(self):
        folder = tempfile.mkdtemp(prefix="scopegate-http2-nginx-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        os.mkdir(f"{folder}/open")
        with open(f"{folder}/open/large", "wb") as file:
            file.write(b"x" * 1_000_000)
        places = "".join(f"{name}_temp_path {folder}/{name};" for name in
                         ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 100000000; {places}
  server {{ listen 127.0.0.1:{self.port} backlog=8192; location = /open/large {{ root {folder}; }}
    location / {{ return 200 '{"x" * 390}'; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/nginx.log"])
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Gateway:
    def __init__(self, binary, backend, listeners, more="", limits="", threads=1, files=()):
        self.folder = tempfile.mkdtemp(prefix="scopegate-http2-")
        self.keys = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeyService)
        threading.Thread(target=self.keys.serve_forever, daemon=True).start()
        for name, octets in files:
            self.write(name, octets)
        self.write("routes.yaml", ROUTES)
        self.write("scopegate.yaml", f"""
listen: {listeners}
upstream: {{url: 'http://127.0.0.1:{backend}'}}
introspection: {{url: 'http://127.0.0.1:{self.keys.server_address[1]}/introspect'}}
routes: routes.yaml
audit: {{path: audit.jsonl}}
admin: {{address: '127.0.0.1:0'}}
threads: {threads}
limits: {{{limits}}}
{more}
""")
        self.log = open(self.path("log"), "w")
        self.process = subprocess.Popen([binary, "serve", "--config", self.path("scopegate.yaml")],
                                        stderr=self.log, stdout=subprocess.DEVNULL)
        while not any(line["message"] == "ready" for line in self.lines()):
            assert self.process.poll() is None, open(self.path("log")).read()
            time.sleep(0.01)
        self.ports = [int(line["address"].rsplit(":", 1)[1]) for line in self.lines()
                      if line["message"] == "listening" and not line["address"].startswith("unix:")]
        self.admin = next(line["admin"] for line in self.lines() if line["message"] == "ready")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w" if isinstance(content, str) else "wb") as file:
            file.write(content)

    def lines(self):
        with open(self.path("log")) as file:
            return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]

    def audit(self):
        with open(self.path("audit.jsonl")) as file:
            records = [json.loads(line) for line in file if line.endswith("}\n")]
        return [record for record in records if record["event"] in ("denied", "allowed")]

    def metrics(self):
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def memory(self):
        """Resident, in MiB."""
        return processes.resident(self.process.pid)

    def cpu(self):
        """Seconds of all its threads."""
        return processes.cpu(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "killed"
        self.keys.shutdown()
        return code
