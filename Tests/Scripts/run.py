"""What a run starts in a folder of its own, and ends."""

import shutil
import tempfile
from pathlib import Path


class FolderRun:
    """A folder, gateways one after the other, and peers, which `stop()`. All end with it; the last gateway's log is shown
    when the run fails."""

    def __init__(self, binary, name):
        self.binary = binary
        self.folder = Path(tempfile.mkdtemp(prefix=f"scopegate-{name}-"))
        # nginx's worker has a user of its own.
        self.folder.chmod(0o755)
        self.gateways, self.peers = [], []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if error[0]:
            for started in self.gateways[-1:]:
                started.tell()
        for started in self.gateways:
            started.kill()
        for peer in self.peers:
            peer.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def with_gateway(self, started):
        """A gateway that ends with the run."""
        self.gateways.append(started)
        return started

    def with_peer(self, started):
        """A server that ends with the run."""
        self.peers.append(started)
        return started
