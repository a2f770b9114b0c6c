"""A certificate authority, and a gateway that speaks TLS, for the runs of this folder."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import gateway  # noqa: E402


class Authority:
    """Makes certificates for localhost and 127.0.0.1 in a folder."""

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
        (self.folder / "extensions").write_text("subjectAltName = DNS:localhost,IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                     f"{name}.pem", "-days", "30", "-extfile", "extensions")


class Gateway(gateway.Gateway):
    """One without a backend: its own refusals are all that is asked for."""

    def __init__(self, binary, folder, certificate):
        (folder / "routes.yaml").write_text("version: 1\nroutes:\n  /closed:\n    GET: read:trades\n")
        configuration = folder / "scopegate.yaml"
        configuration.write_text(
            f"""
            listen:
              - address: 127.0.0.1:0
                tls: {{certificates: [{{certificate_file: {certificate}.pem, key_file: {certificate}.key}}]}}
            upstream: {{url: 'http://127.0.0.1:1'}}
            introspection: {{url: 'http://127.0.0.1:1/introspect'}}
            routes: routes.yaml
            audit: {{path: audit.jsonl}}
            admin: {{address: '127.0.0.1:0'}}
            threads: 2
            """
        )
        super().__init__(binary, configuration)
