"""h2load at 100 streams, in clear and by TLS, against a gateway in front of nginx: load.py PROGRAM [REQUESTS]"""

import re, subprocess, sys, tempfile

from harness import Gateway, Nginx

REQUESTS = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000


def main():
    folder, backend = tempfile.mkdtemp(prefix="scopegate-h2load-"), Nginx()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-days", "30", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    tls = f"tls: {{certificates: [{{certificate_file: '{folder}/cert.pem', key_file: '{folder}/key.pem'}}]}}"
    gateway = Gateway(sys.argv[1], backend.port,
                      "[{address: '127.0.0.1:0', protocols: [h2, http/1.1]}, {address: '127.0.0.1:0', %s}]" % tls, threads=2)
    failed = 0
    runs = [("HTTP/1.1 in clear", "http", 0, ["--h1", "-c", "100"]), ("HTTP/1.1 by TLS", "https", 1, ["--h1", "-c", "100"]),
            ("HTTP/2 in clear, 1 x 100 streams", "http", 0, ["-c", "1", "-m", "100"]),
            ("HTTP/2 in clear, 10 x 100 streams", "http", 0, ["-c", "10", "-m", "100"]),
            ("HTTP/2 by TLS, 1 x 100 streams", "https", 1, ["-c", "1", "-m", "100"]),
            ("HTTP/2 by TLS, 10 x 100 streams", "https", 1, ["-c", "10", "-m", "100"])]
    for title, scheme, index, options in runs:
        cpu = gateway.cpu()
        done = subprocess.run(
            ["h2load", "-n", str(REQUESTS), *options, "-H", "x-api-key: key-both",
             f"{scheme}://127.0.0.1:{gateway.ports[index]}/closed/x"], capture_output=True, text=True)
        used = gateway.cpu() - cpu
        rate = re.search(r"([\d.]+) req/s", done.stdout)
        succeeded = re.search(r"(\d+) succeeded", done.stdout)
        codes = re.search(r"status codes: (.*)", done.stdout)
        is_good = succeeded and int(succeeded[1]) == REQUESTS and codes[1].startswith(f"{REQUESTS} 2xx")
        failed += not is_good
        print(f"{'' if is_good else 'FAILED  '}{title:36} {float(rate[1]) if rate else 0:9.0f} requests/s  "
              f"gateway {used / REQUESTS * 1e6:5.1f} µs a request  memory {gateway.memory():.0f} MiB  "
              f"{codes[1] if codes else done.stdout[-300:]}")
    failed += gateway.stop() != 0
    backend.stop()
    sys.exit(1 if failed else 0)


main()
