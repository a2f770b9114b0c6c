"""Reloads a gateway under load. See run.sh."""

import json, os, signal, socket, subprocess, sys, tempfile, threading, time

BINARY, SECONDS, RELOADS = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
RATE, CONNECTIONS = 5000, 16

# The two maps refuse /probe each in its own way, and let /open through both.
MAPS = {
    "one": "version: 1\nroutes:\n  /open:\n    GET: public\n  /probe:\n    GET: read:trades\n",
    "two": "version: 1\nroutes:\n  /open:\n    GET: public\n",
}
EXPECTED = {"one": 401, "two": 403}

folder = tempfile.mkdtemp(prefix="scopegate-reload-")
path = lambda name: os.path.join(folder, name)


def write(name, text):
    with open(path(name), "w") as file:
        file.write(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines():
    with open(path("log")) as file:
        return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]


def start_nginx():
    port = free_port()
    write("nginx.conf", f"""
daemon off; worker_processes 1; pid {path('nginx.pid')}; error_log {path('nginx.log')};
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 'open'; }} }} }}
""")
    return subprocess.Popen(["nginx", "-c", path("nginx.conf"), "-e", path("nginx.log")]), port


def start_gateway(backend, watch):
    write("routes.yaml", MAPS["one"])
    write("scopegate.yaml", f"""
listen: [{{address: '127.0.0.1:0'}}]
upstream: {{url: 'http://127.0.0.1:{backend}'}}
introspection: {{url: 'http://127.0.0.1:1/introspect'}}
routes: routes.yaml
audit: {{path: audit.jsonl}}
admin: {{address: '127.0.0.1:0'}}
threads: 2
reload: {{watch: {watch}, generation_header: true}}
""")
    gateway = subprocess.Popen(
        [BINARY, "serve", "--config", path("scopegate.yaml")], stderr=open(path("log"), "w"))
    while True:
        found = {line["message"]: line for line in lines()}
        if "ready" in found:
            port = int(found["listening"]["address"].rsplit(":", 1)[1])
            return gateway, port, found["ready"]["admin"], found["ready"]["digest"]
        assert gateway.poll() is None, open(path("log")).read()
        time.sleep(0.01)


class Client(threading.Thread):
    """Requests at a steady rate on one connection, half of them refused and half let through."""

    def __init__(self, port, until):
        super().__init__()
        self.port, self.until, self.answers, self.times, self.failures = port, until, [], [], []

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            requests = [f"GET /{name} HTTP/1.1\r\nHost: h\r\n\r\n".encode() for name in ("probe", "open")]
            due, count = time.monotonic(), 0
            while due < self.until:
                time.sleep(max(0, due - time.monotonic()))
                begun = time.monotonic()
                connection.sendall(requests[count % 2])
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
                if count % 2 == 0:
                    self.answers.append((status, fields.get("x-scopegate-generation")))
                elif status != 200:
                    self.failures.append(status)
                count += 1
                due += CONNECTIONS / RATE


def reload_by(way, gateway, name):
    if way == "file":
        write("next.yaml", MAPS[name])
        os.rename(path("next.yaml"), path("routes.yaml"))
        return
    write("routes.yaml", MAPS[name])
    if way == "signal":
        gateway.send_signal(signal.SIGHUP)
    else:
        done = subprocess.run([BINARY, "reload", "--config", path("scopegate.yaml"), "--admin", admin],
                              capture_output=True, text=True)
        assert done.returncode == 0, done


nginx, backend = start_nginx()
failed = False
try:
    for way in ("none", "signal", "admin", "file"):
        gateway, port, admin, digest = start_gateway(backend, "true" if way == "file" else "false")
        begun = time.monotonic()
        clients = [Client(port, begun + SECONDS) for _ in range(CONNECTIONS)]
        for client in clients:
            client.start()
        for number in range(RELOADS if way != "none" else 0):
            reload_by(way, gateway, "two" if number % 2 == 0 else "one")
            time.sleep(max(0, begun + (number + 1) * SECONDS / RELOADS - time.monotonic()))
        for client in clients:
            client.join()
        gateway.terminate()
        code = gateway.wait()
        reloads = [line for line in lines() if line["message"] == "reloaded"]
        maps = {"1": "one"}
        for line in reloads:
            maps[line["generation"]] = "one" if line["digest"] == digest else "two"
        answers = [answer for client in clients for answer in client.answers]
        failures = [failure for client in clients for failure in client.failures]
        wrong = [a for a in answers if EXPECTED.get(maps.get(a[1])) != a[0]]
        times = sorted(t for client in clients for t in client.times)
        percentile = lambda p: 1000 * times[min(len(times) - 1, int(p * len(times)))]
        print(f"{way:7} {len(reloads):4} reloads  {len(times) / SECONDS:6.0f} requests/s  "
              f"failed {len(failures)}  wrong map {len(wrong)}  generations seen {len({a[1] for a in answers})}  "
              f"ms: p50 {percentile(.5):.2f} p99 {percentile(.99):.2f} p99.9 {percentile(.999):.2f} "
              f"longest {1000 * times[-1]:.1f}  exit {code}", flush=True)
        failed = failed or bool(failures or wrong or code)
finally:
    nginx.terminate()
    nginx.wait()
sys.exit(1 if failed else 0)
