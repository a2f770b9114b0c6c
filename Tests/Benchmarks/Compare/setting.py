"""Where a comparison takes place: a folder, the cores, the backend, and the programs under test."""

import tempfile
from pathlib import Path

from .backend import Backend
from .load import Loader

GATEWAY_CORE, LOAD_CORE = 0, 1


class Setting:
    def __init__(self, scopegate, load, programs):
        self.scopegate = scopegate
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

    def request_file(self, workload):
        path = self.folder / f"{workload.name}.request"
        path.write_bytes(workload.request())
        return path

    def close(self):
        self.backend.stop()
        self.holder.cleanup()
