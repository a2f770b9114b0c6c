"""Where a comparison takes place: a folder, the cores, the backend, and the programs under test."""

import subprocess
import tempfile
from pathlib import Path

from .backend import Backend
from .load import Loader

GATEWAY_CORE, LOAD_CORE = 0, 1


class Setting:
    def __init__(self, scopegate, load, programs, before=None):
        self.scopegate = scopegate
        self.before = before  # another build of it
        self.programs = programs  # the folder of the programs from PyPI
        self.gateway_core = GATEWAY_CORE
        self.holder = tempfile.TemporaryDirectory(prefix="scopegate-benchmark-", ignore_cleanup_errors=True)
        self.folder = Path(self.holder.name)
        self.folder.chmod(0o755)
        self.count = 0
        self.backend = Backend(self.folder, LOAD_CORE)
        self.loader = Loader(load, (GATEWAY_CORE, LOAD_CORE), LOAD_CORE, self.backend.program)

    def new_folder(self, name):
        self.count += 1
        folder = self.folder / f"{self.count}-{name}"
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    def certificate(self):
        """A certificate and its key (ECDSA on P-256), for itself to sign; each a file, and both in one."""
        certificate, key, both = (self.folder / name for name in ("gate.pem", "gate.key", "gate-both.pem"))
        if not both.exists():
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-days", "2", "-subj", "/CN=journal.example", "-keyout", str(key), "-out", str(certificate)],
                check=True, capture_output=True,
            )  # fmt: skip
            key.chmod(0o644)
            both.write_text(certificate.read_text() + key.read_text())
        return certificate, key, both

    def request_file(self, workload):
        path = self.folder / f"{workload.name}.request"
        path.write_bytes(workload.request())
        return path

    def close(self):
        self.backend.stop()
        self.holder.cleanup()
