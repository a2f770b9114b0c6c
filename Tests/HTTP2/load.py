"""h2load against a gateway, which looks up keys and checks scopes, and beside it against nginx as a plain proxy, which
doesn't; both with two threads, in front of one nginx: load.py PROGRAM [REQUESTS]"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Gateway, large_backend
from Scripts import processes
from Scripts.waiting import free_port, listens, wait_for

REQUESTS = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
RUNS = [("HTTP/1.1 in clear, 100 connections", "http", ["--h1", "-c", "100"]),
        ("HTTP/1.1 by TLS, 100 connections", "https", ["--h1", "-c", "100"]),
        ("HTTP/2 in clear, 1 x 100 streams", "http", ["-c", "1", "-m", "100"]),
        ("HTTP/2 in clear, 10 x 100 streams", "http", ["-c", "10", "-m", "100"]),
        ("HTTP/2 by TLS, 1 x 100 streams", "https", ["-c", "1", "-m", "100"]),
        ("HTTP/2 by TLS, 10 x 100 streams", "https", ["-c", "10", "-m", "100"])]


class Proxy:
    """nginx as a plain proxy; it has a port for each version in clear, as it can't tell them apart."""

    def __init__(self, folder, backend):
        self.ports = {name: free_port() for name in ["h1", "h2", "tls"]}
        places = "".join(f"{name}_temp_path {folder}/{name};" for name in
                         ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        with open(f"{folder}/proxy.conf", "w") as file:
            file.write(f"""
daemon off; worker_processes 2; pid {folder}/proxy.pid; error_log {folder}/proxy.log;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 100000000; {places}
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 1024; keepalive_requests 100000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; http2_max_concurrent_streams 128;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  server {{ listen 127.0.0.1:{self.ports["h1"]}; listen 127.0.0.1:{self.ports["h2"]} http2;
    listen 127.0.0.1:{self.ports["tls"]} ssl http2; location / {{ proxy_pass http://backend; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", f"{folder}/proxy.conf", "-e", f"{folder}/proxy.log"])
        wait_for("nginx as a proxy", lambda: all(map(listens, self.ports.values())))

    def port(self, scheme, options):
        return self.ports["tls" if scheme == "https" else "h1" if "--h1" in options else "h2"]

    def cpu(self):
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return sum(map(processes.cpu, children.stdout.split()))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure(port, scheme, options, cpu):
    """Requests a second, µs of processor a request, and how many were answered by what."""
    before = cpu()
    done = subprocess.run(["h2load", "-n", str(REQUESTS), *options, "-H", "x-api-key: key-both",
                           f"{scheme}://127.0.0.1:{port}/closed/x"], capture_output=True, text=True)
    used = cpu() - before
    rate = re.search(r"([\d.]+) req/s", done.stdout)
    codes = re.search(r"status codes: (.*)", done.stdout)
    return float(rate[1]) if rate else 0, used / REQUESTS * 1e6, codes[1] if codes else done.stdout[-300:]


def main():
    with tempfile.TemporaryDirectory(prefix="scopegate-h2load-") as folder:
        backend = large_backend(Path(folder))
        try:
            failed = compare(Path(folder), backend)
        finally:
            backend.stop()
    sys.exit(1 if failed else 0)


def compare(folder, backend):
    """Prints what each of them does; the number of faults."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-days", "30", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    tls = f"tls: {{certificates: [{{certificate_file: '{folder}/cert.pem', key_file: '{folder}/key.pem'}}]}}"
    listeners = "[{address: '127.0.0.1:0', protocols: [h2, http/1.1]}, {address: '127.0.0.1:0', %s}]" % tls
    gateway, proxy, failed = Gateway(sys.argv[1], folder, backend.port, listeners, threads=2), None, 0
    try:
        proxy = Proxy(folder, backend.port)
        for title, scheme, options in RUNS:
            rate, cost, codes = measure(gateway.ports[scheme == "https"], scheme, options, gateway.cpu)
            plain_rate, plain_cost, _ = measure(proxy.port(scheme, options), scheme, options, proxy.cpu)
            is_good = codes.startswith(f"{REQUESTS} 2xx")
            failed += not is_good
            print(f"{'' if is_good else 'FAILED  '}{title:36} {rate:9.0f} requests/s {cost:6.1f} µs a request   "
                  f"nginx {plain_rate:9.0f} {plain_cost:6.1f}   memory {gateway.memory():.0f} MiB   {codes}", flush=True)
        return failed + (not gateway.terminate())
    finally:
        gateway.kill()
        if proxy:
            proxy.stop()


main()
