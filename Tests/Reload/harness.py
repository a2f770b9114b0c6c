"""A gateway, nginx behind it, and clients at a steady rate, for the runs of this folder."""

import json, os, signal, socket, subprocess, sys, tempfile, threading, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import processes  # noqa: E402

RATE, CONNECTIONS = 5000, 16

# The two maps refuse /probe each in its own way, and let /open through both.
MAPS = {
    "one": "version: 1\nroutes:\n  /open:\n    GET: public\n  /probe:\n    GET: read:trades\n",
    "two": "version: 1\nroutes:\n  /open:\n    GET: public\n",
}
EXPECTED = {"one": 401, "two": 403}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder:
    """The files of a gateway."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="scopegate-reload-")

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        with open(self.path(name), "w" if isinstance(text, str) else "wb") as file:
            file.write(text)


class Nginx:
    def __init__(self, folder):
        self.port = free_port()
        folder.write("nginx.conf", f"""
daemon off; worker_processes 1; pid {folder.path('nginx.pid')}; error_log {folder.path('nginx.log')};
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{self.port}; location / {{ return 200 'open'; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", folder.path("nginx.conf"), "-e", folder.path("nginx.log")])

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Gateway:
    def __init__(self, binary, folder, backend, watch=False, routes="routes.yaml", more=""):
        self.binary, self.folder = binary, folder
        folder.write("scopegate.yaml", f"""
listen: [{{address: '127.0.0.1:0'}}]
upstream: {{url: 'http://127.0.0.1:{backend}'}}
introspection: {{url: 'http://127.0.0.1:1/introspect'}}
routes: {routes}
audit: {{path: audit.jsonl}}
admin: {{address: '127.0.0.1:0'}}
threads: 2
reload: {{watch: {'true' if watch else 'false'}, generation_header: true}}
{more}
""")
        self.process = subprocess.Popen(
            [binary, "serve", "--config", folder.path("scopegate.yaml")], stderr=open(folder.path("log"), "w"))
        while True:
            found = {line["message"]: line for line in self.lines()}
            if "ready" in found:
                break
            assert self.process.poll() is None, open(folder.path("log")).read()
            time.sleep(0.01)
        addresses = [line["address"] for line in self.lines() if line["message"] == "listening"]
        self.port = int(addresses[0].rsplit(":", 1)[1])
        self.admin, self.digest = found["ready"]["admin"], found["ready"]["digest"]

    def lines(self):
        with open(self.folder.path("log")) as file:
            return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]

    def reload(self):
        """What `scopegate reload` ends with, and prints for programs."""
        done = subprocess.run(
            [self.binary, "reload", "--config", self.folder.path("scopegate.yaml"), "--admin", self.admin,
             "--format", "json"], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr

    def generation(self):
        import urllib.request
        with urllib.request.urlopen(f"http://{self.admin}/routes", timeout=10) as answer:
            return json.load(answer)["generation"]

    def memory(self):
        """Resident, in MiB."""
        return processes.resident(self.process.pid)

    def cpu(self):
        """Seconds of all its threads."""
        return processes.cpu(self.process.pid)

    def stop(self):
        self.process.terminate()
        return self.process.wait()


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
