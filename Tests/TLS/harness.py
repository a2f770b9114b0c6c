"""A certificate authority, and a gateway that speaks TLS, for the runs of this folder."""

import json, os, signal, subprocess, tempfile, time


class Authority:
    """Makes certificates for localhost and 127.0.0.1 in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
                     "-subj", "/CN=authority")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, key="ec"):
        kind = ["rsa:2048"] if key == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self.openssl("req", "-newkey", *kind, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                     f"/CN={name}")
        with open(f"{self.folder}/extensions", "w") as file:
            file.write("subjectAltName = DNS:localhost,IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                     f"{name}.pem", "-days", "30", "-extfile", "extensions")


class Gateway:
    """One without a backend: its own refusals are all that is asked for."""

    def __init__(self, binary, folder, tls, more=""):
        self.binary, self.folder = binary, folder
        with open(self.path("routes.yaml"), "w") as file:
            file.write("version: 1\nroutes:\n  /closed:\n    GET: read:trades\n")
        with open(self.path("scopegate.yaml"), "w") as file:
            file.write(f"""
listen:
  - address: 127.0.0.1:0
    tls:
{chr(10).join("      " + line for line in tls)}
upstream: {{url: 'http://127.0.0.1:1'}}
introspection: {{url: 'http://127.0.0.1:1/introspect'}}
routes: routes.yaml
audit: {{path: audit.jsonl}}
admin: {{address: '127.0.0.1:0'}}
threads: 2
{more}
""")
        self.process = subprocess.Popen([binary, "serve", "--config", self.path("scopegate.yaml")],
                                        stderr=open(self.path("log"), "w"), stdout=subprocess.DEVNULL)
        while not any(line["message"] == "ready" for line in self.lines()):
            assert self.process.poll() is None, open(self.path("log")).read()
            time.sleep(0.01)
        lines = self.lines()
        self.port = int(next(line["address"] for line in lines if line["message"] == "listening").rsplit(":", 1)[1])
        self.admin = next(line["admin"] for line in lines if line["message"] == "ready")

    def path(self, name):
        return os.path.join(self.folder, name)

    def lines(self):
        with open(self.path("log")) as file:
            return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]

    def metrics(self):
        import urllib.request
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def reload(self):
        return subprocess.run([self.binary, "reload", "--config", self.path("scopegate.yaml"), "--admin", self.admin],
                              capture_output=True).returncode

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def folder():
    return tempfile.mkdtemp(prefix="scopegate-tls-")
